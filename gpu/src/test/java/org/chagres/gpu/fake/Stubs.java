package org.chagres.gpu.fake;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The functions as machine code: one upcall stub a function for the life of the process, which calls what stands behind
 * it now. So a call that comes after a {@link FakeCuda} was closed, of a cleaner's thread say, is a failed call and
 * nothing worse.
 */
final class Stubs {

  /** What stands behind a function. Never throws: an exception out of a stub ends the JVM. */
  interface Body {
    Object call(Object[] arguments);
  }

  private static final Map<String, Stub> ALL = new ConcurrentHashMap<>();
  private static final MethodHandle CALL;

  /** No library's success. */
  private static final int UNKNOWN = 999;

  static {
    try {
      CALL = MethodHandles.lookup()
          .findVirtual(Body.class, "call", MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private Stubs() {}

  /** The address of a function that now does what a body does. */
  static MemorySegment address(String name, FunctionDescriptor type, Body body) {
    Stub stub = ALL.computeIfAbsent(name, n -> new Stub(type));
    stub.body = body;
    return stub.address;
  }

  /** A result of a type that says that something failed. */
  static Object failure(Class<?> type) {
    return type == int.class ? Integer.valueOf(UNKNOWN)
        : type == long.class ? Long.valueOf(0)
            : type == MemorySegment.class ? MemorySegment.NULL : null;
  }

  /** Lets a function fail with a number, whoever calls it from now on. */
  static void detach(String name, Object result) {
    Stub stub = ALL.get(name);
    if (stub != null) {
      stub.body = arguments -> result;
    }
  }

  private static final class Stub implements Body {

    private final Class<?> result;
    private final MemorySegment address;
    private volatile Body body = arguments -> {
      throw new IllegalStateException("no body yet");
    };

    Stub(FunctionDescriptor type) {
      MethodType methodType = type.toMethodType();
      result = methodType.returnType();
      MethodHandle call = CALL.bindTo(this).asCollector(Object[].class, methodType.parameterCount());
      address = Linker.nativeLinker().upcallStub(call.asType(methodType), type, Arena.global());
    }

    @Override
    public Object call(Object[] arguments) {
      try {
        return body.call(arguments);
      } catch (Throwable e) {
        return failure(result);
      }
    }
  }
}

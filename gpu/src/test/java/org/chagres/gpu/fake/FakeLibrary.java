package org.chagres.gpu.fake;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chagres.bindings.cudnn.Cudnn;

/**
 * A library as a table of functions by name. Each bound function has the Java method of its name in one of the library's
 * parts, with the types of the generated binding, or there is no library: a fake that drifts from the bindings fails at
 * once.
 */
final class FakeLibrary {

  private static final String DESCRIPTOR = "$descriptor";

  private static final MethodHandle LACKS;

  static {
    try {
      LACKS = MethodHandles.lookup().findStatic(FakeLibrary.class, "lacks",
          MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private final Machine machine;
  private final Family family;
  private final Map<String, Entry> entries = new HashMap<>();

  private record Entry(FunctionDescriptor type, Function body) {}

  FakeLibrary(Machine machine, Family family) {
    this.machine = machine;
    this.family = family;
  }

  /**
   * Adds all functions of a generated class.
   *
   * @param bindings the generated class
   * @param parts what has the functions
   * @param lacking those that there are none for: they fail and say so
   */
  FakeLibrary addAll(Class<?> bindings, List<Object> parts, Set<String> lacking) {
    for (Method method : bindings.getMethods()) {
      if (method.getName().endsWith(DESCRIPTOR)) {
        String name = method.getName().substring(0, method.getName().length() - DESCRIPTOR.length());
        if (lacking.contains(name)) {
          put(name, descriptor(method), LACKS);
        } else {
          add(name, descriptor(method), parts);
        }
      }
    }
    return this;
  }

  private static FunctionDescriptor descriptor(Method method) {
    try {
      return (FunctionDescriptor) method.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(method.getName(), e);
    }
  }

  /** Adds a function, also one that is not bound but asked for by name. */
  void add(String name, FunctionDescriptor type, List<Object> parts) {
    for (Object part : parts) {
      for (Method method : part.getClass().getDeclaredMethods()) {
        if (method.getName().equals(name)) {
          put(name, type, handle(part, method, type));
          return;
        }
      }
    }
    throw new IllegalStateException("no method stands for " + name);
  }

  private void put(String name, FunctionDescriptor type, MethodHandle method) {
    entries.put(name, new Entry(type, new Function(machine, family, name, type, method)));
  }

  static Object lacks(Object[] arguments) {
    throw new Refusal(Cudnn.CUDNN_STATUS_NOT_SUPPORTED(), "the fake has no such function");
  }

  private static MethodHandle handle(Object part, Method method, FunctionDescriptor type) {
    try {
      MethodHandle handle = MethodHandles.lookup().unreflect(method).bindTo(part);
      if (!handle.type().equals(type.toMethodType())) {
        throw new IllegalStateException(method + " is of another type than the binding, " + type.toMethodType());
      }
      int count = handle.type().parameterCount();
      return handle.asSpreader(Object[].class, count).asType(
          MethodType.methodType(Object.class, Object[].class));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  Optional<MemorySegment> find(String name) {
    return Optional.ofNullable(entries.get(name)).map(e -> Stubs.address(name, e.type(), e.body()));
  }

  /** Lets all its functions fail from now on. */
  void detach() {
    entries.forEach((name, entry) -> Stubs.detach(name, entry.body().result(family.internalError())));
  }
}

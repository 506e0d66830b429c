package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.cudaErrorNotPermitted;
import static org.chagres.bindings.cudart.Cudart.cudaErrorNotReady;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;
import java.util.Set;

/** A function of a library: its Java method, and around it what all have in common. */
final class Function implements Stubs.Body {

  /** These look at no device, so they work on one that is broken, and in functions on the host. */
  private static final Set<String> HARMLESS = Set.of("cudaGetErrorName", "cudaGetErrorString", "cudaGetLastError",
      "cudaPeekAtLastError", "cudaDriverGetVersion", "cudaRuntimeGetVersion", "cudaGetDevice", "cudaGetDeviceCount",
      "cudaThreadExchangeStreamCaptureMode");

  private final Machine machine;
  private final Family family;
  private final String name;
  private final FunctionDescriptor type;
  private final MethodHandle method;

  /** The method takes the arguments as an array. */
  Function(Machine machine, Family family, String name, FunctionDescriptor type, MethodHandle method) {
    this.machine = machine;
    this.family = family;
    this.name = name;
    this.type = type;
    this.method = method;
  }

  @Override
  public Object call(Object[] arguments) {
    machine.lock().lock();
    try {
      OptionalInt failure = machine.journal().enter(name);
      return failure.isPresent() ? failOnDemand(failure.getAsInt(), arguments) : guarded(arguments);
    } catch (Throwable e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      machine.journal().problem(name + ": " + trace);
      return result(family.internalError());
    } finally {
      machine.lock().unlock();
    }
  }

  /** What gives something back does so all the same, as there is no second try; so does the end of a capture. */
  private Object failOnDemand(int code, Object[] arguments) throws Throwable {
    try {
      if (releases()) {
        Object unused = method.invokeExact(arguments);
      } else if (name.equals("cudaStreamEndCapture")) {
        machine.abandonCapture((MemorySegment) arguments[0]);
      }
    } catch (Refusal e) {
      machine.journal().problem(name + ": " + e.getMessage());
    }
    return fail(code);
  }

  private Object guarded(Object[] arguments) throws Throwable {
    try {
      boolean harmless = family != Family.CUDART || HARMLESS.contains(name);
      if (!harmless && machine.hostFunctions().isCurrent()) {
        throw new Refusal(cudaErrorNotPermitted(), "called by a function on the host");
      }
      int broken = harmless ? 0 : machine.broken();
      if (broken == 0) {
        return method.invokeExact(arguments);
      }
      if (releases()) {
        // Counts as done, as what is left goes with the process.
        Object unused = method.invokeExact(arguments);
      }
      return fail(broken);
    } catch (Refusal e) {
      if (family == Family.CUDNN) {
        machine.journal().text(name + ": " + e.getMessage());
      }
      if (e.isMisuse()) {
        machine.journal().problem(name + ": " + e.getMessage());
      }
      return fail(family.code(e));
    }
  }

  private boolean releases() {
    return name.contains("Free") || name.contains("Destroy") || name.contains("Unregister") || name.contains("Unload");
  }

  private Object fail(int code) {
    if (family == Family.CUDART && code != cudaErrorNotReady()) {
      machine.failed(code);
    }
    return result(code);
  }

  /** An error code as the function's result. */
  Object result(int code) {
    Class<?> result = type.toMethodType().returnType();
    return result == int.class ? code : Stubs.failure(result);
  }
}

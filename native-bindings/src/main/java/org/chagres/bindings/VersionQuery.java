package org.chagres.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Asks a library for its version. Every one has a function for that, of its own form, which needs neither a driver nor
 * a device. They are called here rather than through the generated bindings, which are only put together for a library
 * that passes.
 */
final class VersionQuery {

  /** {@code int f()}, {@code int f(int*)} and so on; all of them return 0 for success. */
  private static final FunctionDescriptor ONE = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final FunctionDescriptor TWO = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);
  private static final FunctionDescriptor PROPERTY = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
  private static final FunctionDescriptor NUMBER = FunctionDescriptor.of(JAVA_LONG);

  private final SymbolLookup lookup;
  private final Arena arena;

  private VersionQuery(SymbolLookup lookup, Arena arena) {
    this.lookup = lookup;
    this.arena = arena;
  }

  /** The version; none if the library lacks the function or the function fails. */
  static Optional<Version> ask(Library library, SymbolLookup lookup) {
    return call(lookup, query -> switch (library) {
      case CUDART -> query.cudart();
      case NVRTC -> query.nvrtc();
      case CUBLASLT -> Version.ofNumber(query.number("cublasLtGetVersion"));
      case CUBLAS -> new Version(query.cublas(0), query.cublas(1), query.cublas(2));
      case CUDNN -> query.cudnn();
      case NCCL -> Version.ofNumber(query.one("ncclGetVersion"));
    });
  }

  /** The major version of the CUDA that a cuDNN was built for: files for 12 and for 13 have the same name. */
  static OptionalInt cudaOfCudnn(SymbolLookup lookup) {
    return call(lookup, query -> (int) query.number("cudnnGetCudartVersion") / 1000).map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  private interface Question<T> {
    T ask(VersionQuery query) throws Throwable;
  }

  private static <T> Optional<T> call(SymbolLookup lookup, Question<T> question) {
    try (Arena arena = Arena.ofConfined()) {
      return Optional.of(question.ask(new VersionQuery(lookup, arena)));
    } catch (NoAnswer e) {
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private Version cudart() throws Throwable {
    int number = one("cudaRuntimeGetVersion");
    return new Version(number / 1000, number % 1000 / 10, number % 10);
  }

  private Version nvrtc() throws Throwable {
    MemorySegment major = arena.allocate(JAVA_INT);
    MemorySegment minor = arena.allocate(JAVA_INT);
    check((int) handle("nvrtcVersion", TWO).invokeExact(major, minor));
    return new Version(major.get(JAVA_INT, 0), minor.get(JAVA_INT, 0), 0);
  }

  private int cublas(int property) throws Throwable {
    MemorySegment value = arena.allocate(JAVA_INT);
    check((int) handle("cublasGetProperty", PROPERTY).invokeExact(property, value));
    return value.get(JAVA_INT, 0);
  }

  /** Before 9 the number had a digit less. */
  private Version cudnn() throws Throwable {
    long number = number("cudnnGetVersion");
    return number < 10_000 ? new Version((int) number / 1000, (int) number % 1000 / 100, (int) number % 100)
        : Version.ofNumber(number);
  }

  private int one(String function) throws Throwable {
    MemorySegment value = arena.allocate(JAVA_INT);
    check((int) handle(function, ONE).invokeExact(value));
    return value.get(JAVA_INT, 0);
  }

  private long number(String function) throws Throwable {
    return (long) handle(function, NUMBER).invokeExact();
  }

  private MethodHandle handle(String function, FunctionDescriptor type) throws NoAnswer {
    return Linker.nativeLinker().downcallHandle(lookup.find(function).orElseThrow(NoAnswer::new), type);
  }

  private static void check(int status) throws NoAnswer {
    if (status != 0) {
      throw new NoAnswer();
    }
  }

  private static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;
  }
}

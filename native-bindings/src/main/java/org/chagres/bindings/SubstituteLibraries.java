package org.chagres.bindings;

import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * For tests: functions of one's own in the place of all of CUDA's libraries, so that what is above the bindings runs
 * without a GPU.
 *
 * <pre>{@code
 * try (var substitutes = SubstituteLibraries.install(name -> Optional.ofNullable(stubs.get(name)))) {
 *   Cudart.cudaMalloc(...);   // calls the upcall stub of that name
 * }
 * }</pre>
 *
 * <p>A library is there when the lookup has the function that tells its version: {@code cudaRuntimeGetVersion}, {@code
 * nvrtcVersion}, {@code cublasLtGetVersion}, {@code cublasGetProperty}, {@code cudnnGetVersion}, {@code
 * ncclGetVersion}. The version is checked as a real one's is. A function that the lookup lacks throws {@link
 * MissingSymbolException} when it is called. Bindings whose classes are initialised already call what is put in place
 * as well; calls under way go on in the old function.
 *
 * <p>An address that isn't such a function's ends the JVM. So the caller's module needs what making such an address
 * needs, native access ({@code --enable-native-access}).
 */
public final class SubstituteLibraries implements AutoCloseable {

  private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private final AtomicBoolean open = new AtomicBoolean(true);

  private SubstituteLibraries() {}

  /**
   * Puts functions in place, until closed.
   *
   * @throws IllegalCallerException if the caller's module has no native access
   * @throws IllegalStateException if others are in place
   */
  public static SubstituteLibraries install(SymbolLookup functions) {
    Module caller = CALLERS.getCallerClass().getModule();
    if (!caller.isNativeAccessEnabled()) {
      throw new IllegalCallerException(
          caller + " has no native access, which substitutes for CUDA's libraries need: start with "
              + "--enable-native-access=" + (caller.isNamed() ? caller.getName() : "ALL-UNNAMED"));
    }
    Libraries.substitute(Optional.of(functions));
    return new SubstituteLibraries();
  }

  /** Puts back what was there before. */
  @Override
  public void close() {
    if (open.getAndSet(false)) {
      Libraries.substitute(Optional.empty());
    }
  }
}

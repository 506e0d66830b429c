package org.chagres.gpu.emulator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A compiled source; loaded for as long as the process lives. */
public final class EmulatedModule {

  private static final Linker LINKER = Linker.nativeLinker();

  private final SymbolLookup symbols;
  private final MethodHandle launch;

  EmulatedModule(Path library) {
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
    this.launch = LINKER.downcallHandle(
        symbols.findOrThrow("emulator_launch"), FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  }

  /** Whether it has a kernel of that name. */
  public boolean has(String name) {
    return symbols.find(name + "_bytes").isPresent();
  }

  /**
   * The address of a kernel, which tells it from all others.
   *
   * @throws EmulatorException if there is none of that name
   */
  public MemorySegment kernel(String name) {
    if (!has(name)) {
      throw new EmulatorException("no kernel " + name);
    }
    return symbols.findOrThrow(name);
  }

  /** Bytes of a kernel's parameter. */
  public int parameterBytes(String name) {
    kernel(name);
    MethodHandle bytes =
        LINKER.downcallHandle(symbols.findOrThrow(name + "_bytes"), FunctionDescriptor.of(JAVA_INT));
    try {
      return (int) bytes.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Runs a kernel to its end.
   *
   * @param kernel its address
   * @param grid blocks in x, y, z
   * @param block threads in x, y, z
   * @param argument its one parameter
   * @throws EmulatorException if the sizes are not allowed or its threads wait for each other for ever
   */
  public synchronized void launch(MemorySegment kernel, int[] grid, int[] block, MemorySegment argument) {
    String problem;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment said = (MemorySegment) launch.invokeExact(
          kernel, arena.allocateFrom(JAVA_INT, grid), arena.allocateFrom(JAVA_INT, block), argument);
      problem = said.address() == 0 ? "" : said.reinterpret(1024).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (!problem.isEmpty()) {
      throw new EmulatorException(problem);
    }
  }
}

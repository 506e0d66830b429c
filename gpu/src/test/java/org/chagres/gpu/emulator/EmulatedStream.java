package org.chagres.gpu.emulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import org.chagres.gpu.kernel.Arguments;
import org.chagres.gpu.kernel.Kernel;
import org.chagres.gpu.kernel.Launcher;
import org.chagres.gpu.kernel.Source;

/** Runs each kernel at once, on the calling thread; scratch memory holds rubbish at each call, as on a device. */
public final class EmulatedStream implements Launcher {

  private final Map<Source, EmulatedModule> modules = new EnumMap<>(Source.class);
  // Kernels have its address alone, which keeps nothing alive.
  private MemorySegment scratch = MemorySegment.NULL;

  /** A stream. */
  public EmulatedStream() {}

  @Override
  public void launch(Kernel kernel, int gridX, int gridY, Arguments arguments) {
    EmulatedModule module = module(kernel.source());
    MemorySegment address = module.kernel(kernel.name());
    int bytes = module.parameterBytes(kernel.name());
    if (bytes != arguments.bytes()) {
      throw new EmulatorException(kernel + ": its parameter has " + bytes + " bytes, got " + arguments.bytes());
    }
    if (gridY > 65_535) {
      throw new EmulatorException(kernel + ": at most 65535 blocks in y, got " + gridY);
    }
    module.launch(
        address, new int[] {gridX, gridY, 1}, new int[] {Kernel.THREADS, 1, 1}, arguments.segment());
  }

  @Override
  public MemorySegment scratch(long bytes) {
    scratch = Arena.ofAuto().allocate(Math.max(1, bytes), 256).fill((byte) 0xA7);
    return scratch;
  }

  /** The compiled source. */
  public EmulatedModule module(Source source) {
    return modules.computeIfAbsent(source, s -> Emulator.compile(s.text()));
  }
}

package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cudart.dim3;
import org.chagres.gpu.emulator.EmulatedModule;
import org.chagres.gpu.emulator.EmulatorException;

/** The runtime's functions about kernels. What the compiler made is a source, which the emulator runs. */
final class CudartKernels {

  /** A loaded source with the handles of its kernels. */
  private record Loaded(EmulatedModule module, Map<String, MemorySegment> kernels) implements Owned {
    @Override
    public String kind() {
      return "library of kernels";
    }
  }

  /** A kernel, which lives as long as its library. */
  private static final class FakeKernel implements Owned {
    private final EmulatedModule module;
    private final String name;
    private int mostShared = 48 << 10;

    FakeKernel(EmulatedModule module, String name) {
      this.module = module;
      this.name = name;
    }

    @Override
    public String kind() {
      return "kernel";
    }
  }

  private static final int MOST_THREADS = 1024;
  private static final int MOST_SHARED = 227 << 10;

  private final Machine machine;
  private final Handles kernels = new Handles();

  CudartKernels(Machine machine) {
    this.machine = machine;
  }

  int cudaLibraryLoadData(MemorySegment library, MemorySegment code, MemorySegment jitOptions,
      MemorySegment jitOptionsValues, int numJitOptions, MemorySegment libraryOptions,
      MemorySegment libraryOptionValues, int numLibraryOptions) {
    machine.current();
    machine.requireNoCapture("cudaLibraryLoadData");
    MemorySegment cubin = Pointers.at(code);
    if (!Cubin.is(cubin)) {
      throw new Refusal(cudaErrorInvalidKernelImage(), "the code is not what nvrtcGetCUBIN gave");
    }
    if (!Cubin.runsOn(cubin, machine.settings().capability())) {
      throw new Refusal(cudaErrorNoKernelImageForDevice());
    }
    Pointers.putPointer(library, machine.handles().give(new Loaded(Cubin.load(cubin), new HashMap<>())));
    return 0;
  }

  int cudaLibraryUnload(MemorySegment library) {
    Loaded loaded = machine.handles().destroy(Loaded.class, library);
    loaded.kernels().values().forEach(kernel -> kernels.destroy(FakeKernel.class, kernel));
    return 0;
  }

  int cudaLibraryGetKernel(MemorySegment kernel, MemorySegment library, MemorySegment name) {
    Loaded loaded = machine.handles().get(Loaded.class, library);
    String wanted = Pointers.getText(name);
    if (!loaded.module().has(wanted)) {
      throw new Refusal(cudaErrorSymbolNotFound());
    }
    Pointers.putPointer(kernel, loaded.kernels().computeIfAbsent(wanted,
        n -> kernels.give(new FakeKernel(loaded.module(), n))));
    return 0;
  }

  private FakeKernel kernel(MemorySegment handle) {
    try {
      return kernels.get(FakeKernel.class, handle);
    } catch (Refusal e) {
      throw new Refusal(cudaErrorInvalidDeviceFunction(), e.getMessage());
    }
  }

  int cudaLaunchKernel(MemorySegment function, MemorySegment grid, MemorySegment block, MemorySegment arguments,
      long shared, MemorySegment stream) {
    FakeKernel kernel = kernel(function);
    FakeStream on = machine.stream(stream);
    int[] blocks = {dim3.x(grid), dim3.y(grid), dim3.z(grid)};
    int[] threads = {dim3.x(block), dim3.y(block), dim3.z(block)};
    requireConfiguration(kernel, blocks, threads, shared);
    // Read now, as the real one does: the caller may write the next launch's arguments into the same memory.
    int bytes = kernel.module.parameterBytes(kernel.name);
    MemorySegment argument = Arena.ofAuto().allocate(bytes, 16)
        .copyFrom(Pointers.at(Pointers.getPointer(arguments, 0)).reinterpret(bytes));
    List<Block> memory = machine.memory().pointedAt(kernel.name, argument);
    MemorySegment address = kernel.module.kernel(kernel.name);
    machine.submit(Family.CUDART, on, new Work("cudaLaunchKernel", kernel.name, memory, s -> {
      try {
        kernel.module.launch(address, blocks, threads, argument);
      } catch (EmulatorException e) {
        throw new Refusal(cudaErrorLaunchFailure(), kernel.name + ": " + e.getMessage());
      }
    }));
    return 0;
  }

  private static void requireConfiguration(FakeKernel kernel, int[] blocks, int[] threads, long shared) {
    boolean fits = blocks[0] > 0 && between(blocks[1], 65_535) && between(blocks[2], 65_535)
        && between(threads[0], MOST_THREADS) && between(threads[1], MOST_THREADS) && between(threads[2], 64)
        && threads[0] * threads[1] * threads[2] <= MOST_THREADS;
    if (!fits) {
      throw new Refusal(cudaErrorInvalidConfiguration(), kernel.name + " with blocks " + List.of(blocks[0], blocks[1],
          blocks[2]) + " of threads " + List.of(threads[0], threads[1], threads[2]));
    }
    if (shared < 0 || shared > kernel.mostShared) {
      throw Refusal.value(kernel.name + " with " + shared + " bytes of shared memory");
    }
  }

  private static boolean between(int value, int most) {
    return value > 0 && value <= most;
  }

  int cudaFuncSetAttribute(MemorySegment function, int attribute, int value) {
    FakeKernel kernel = kernel(function);
    if (attribute == cudaFuncAttributeMaxDynamicSharedMemorySize() && value >= 0 && value <= MOST_SHARED) {
      kernel.mostShared = value;
    } else if (attribute != cudaFuncAttributePreferredSharedMemoryCarveout()) {
      throw Refusal.value("attribute " + attribute + " of a kernel cannot be " + value);
    }
    return 0;
  }

  int cudaOccupancyMaxActiveBlocksPerMultiprocessor(MemorySegment blocks, MemorySegment function, int threads,
      long shared) {
    kernel(function);
    if (!between(threads, MOST_THREADS)) {
      throw Refusal.value("blocks of " + threads + " threads");
    }
    Pointers.putInt(blocks, (int) Math.min(Math.min(32, 2048 / threads), (228L << 10) / (shared + 1024)));
    return 0;
  }
}

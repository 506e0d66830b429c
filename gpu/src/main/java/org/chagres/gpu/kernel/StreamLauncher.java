package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.bindings.cudart.dim3;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.memory.Workspace;

/** Launches on a stream of a device. Nothing is allocated by a launch, save a kernel's first. */
public final class StreamLauncher implements Launcher {

  private final KernelLibraries kernels;
  private final Workspace workspace;
  private final CudaStream stream;
  private final MemorySegment grid;
  private final MemorySegment block;
  /** The address of the one parameter. */
  private final MemorySegment parameters;

  /** On a workspace's stream; the scratch memory is the workspace. */
  public StreamLauncher(KernelLibraries kernels, Workspace workspace) {
    Arena arena = Arena.ofAuto();
    this.kernels = kernels;
    this.workspace = workspace;
    this.stream = workspace.pool().stream();
    this.grid = dim3.allocate(arena);
    this.block = dim3.allocate(arena);
    this.parameters = arena.allocate(ADDRESS);
    dim3.z(grid, 1);
    dim3.x(block, Kernel.THREADS);
    dim3.y(block, 1);
    dim3.z(block, 1);
  }

  @Override
  public void launch(Kernel kernel, int gridX, int gridY, Arguments arguments) {
    if (!stream.device().isCurrent()) {
      stream.device().run(() -> launch(kernel, gridX, gridY, arguments));
      return;
    }
    MemorySegment handle = kernels.handle(kernel);
    dim3.x(grid, gridX);
    dim3.y(grid, gridY);
    parameters.set(ADDRESS, 0, arguments.segment());
    int status = Cudart.cudaLaunchKernel(handle, grid, block, parameters, 0, stream.handle());
    if (status != 0) {
      CudaException.check(status, "cudaLaunchKernel of " + kernel + " with " + gridX + "x" + gridY + " blocks");
    }
  }

  @Override
  public MemorySegment scratch(long bytes) {
    return workspace.take(bytes);
  }
}

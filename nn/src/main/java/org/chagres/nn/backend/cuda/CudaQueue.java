package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.kernel.KernelLibraries;
import org.chagres.gpu.kernel.Launcher;
import org.chagres.gpu.kernel.Place;
import org.chagres.gpu.kernel.StreamLauncher;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.OutOfDeviceMemoryException;
import org.chagres.gpu.memory.Workspace;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.random.Stream;

/**
 * Where the CUDA backend's calls go: the device's thread queues them on its stream, in order, and the caller goes on while the
 * device works. Errors of a kernel that was launched show at a later call.
 */
final class CudaQueue {

  private final CudaDevice device;
  private final DevicePool pool;
  private final Workspace scratch;
  private final Workspace operands;
  private final Launcher launcher;
  private final CudaLive live;

  /** The device's own stream, with memory for what its calls leave between their kernels. */
  CudaQueue(CudaDevice device) {
    this.device = device;
    this.pool = DevicePool.of(device.stream());
    this.scratch = Workspace.of(pool);
    this.operands = Workspace.of(pool);
    this.live = new CudaLive(device.toString());
    this.launcher = new StreamLauncher(KernelLibraries.of(device), scratch);
  }

  CudaDevice device() {
    return device;
  }

  CudaStream stream() {
    return device.stream();
  }

  DevicePool pool() {
    return pool;
  }

  /** What is not given back. */
  CudaLive live() {
    return live;
  }

  /** What kernels and libraries work in. */
  Workspace scratch() {
    return scratch;
  }

  Launcher launcher() {
    return launcher;
  }

  /** Memory for operands that a call makes itself, apart from {@link #scratch}; on the device's thread, until the next call. */
  MemorySegment operands(long bytes) {
    return operands.take(bytes);
  }

  /** Queues what a task launches. In a step that is recorded it becomes part of the step's graph. */
  void run(Runnable task) {
    Recorder recorder = Recorder.current();
    if (recorder == null) {
      Recorder.queued();
    }
    try {
      device.run(task);
    } catch (OutOfDeviceMemoryException e) {
      throw live.outOfMemory("memory to work in", e);
    }
    if (recorder != null) {
      recorder.launch(task);
    }
  }

  /**
   * Where a stream of random numbers stands: in a step that is recorded a place on the device, which is brought up to date before
   * each replay.
   */
  Place place(Stream at) {
    Recorder recorder = Recorder.current();
    if (recorder == null) {
      return Place.at(at.seed(), at.offset());
    }
    return Place.in(parameters(recorder).add(Place.BYTES, host -> Place.at(at.seed(), at.offset()).write(host)));
  }

  /** The parameters of a step that is recorded. */
  CudaParameters parameters(Recorder recorder) {
    return recorder.attachment(this, () -> new CudaParameters(this));
  }

  @Override
  public String toString() {
    return device.toString();
  }
}

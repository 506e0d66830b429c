package org.chagres.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.bindings.cudart.Cudart;

/** A queue of a device's work, done in order; different streams go side by side unless events order them. */
public final class CudaStream extends CudaResource {

  private final MemorySegment handle;
  private boolean captured;

  private CudaStream(CudaDevice device, String name, MemorySegment handle) {
    super(device, name);
    this.handle = handle;
  }

  static CudaStream make(CudaDevice device, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      CudaException.check(Cudart.cudaStreamCreateWithFlags(out, Cudart.cudaStreamNonBlocking()),
          "cudaStreamCreateWithFlags");
      CudaStream stream = new CudaStream(device, name, out.get(ADDRESS, 0));
      stream.opened();
      return stream;
    }
  }

  /** CUDA's handle; on the device's thread, while the stream is open. */
  public MemorySegment handle() {
    requireOpen();
    return handle;
  }

  /** Waits until all that was queued is done; errors of kernels show here. Others' calls to the device wait as well. */
  public void synchronize() {
    if (!device().isCurrent()) {
      device().run(this::synchronize);
      return;
    }
    device().refuseInCapture("waiting for " + this);
    CudaException.check(Cudart.cudaStreamSynchronize(handle()), "cudaStreamSynchronize");
  }

  /** Whether all that was queued is done. */
  public boolean isDone() {
    return device().isCurrent() ? query() : device().call(this::query);
  }

  private boolean query() {
    device().refuseInCapture("asking whether " + this + " is done");
    return CudaEvent.done(Cudart.cudaStreamQuery(handle()), "cudaStreamQuery");
  }

  /** Lets an event happen when all that was queued so far is done. */
  public void record(CudaEvent event) {
    if (!device().isCurrent()) {
      device().run(() -> record(event));
      return;
    }
    CudaException.check(Cudart.cudaEventRecord(event.handle(), handle()), "cudaEventRecord");
  }

  /** Lets what is queued from now on wait for an event; one that was never recorded has happened. */
  public void await(CudaEvent event) {
    if (!device().isCurrent()) {
      device().run(() -> await(event));
      return;
    }
    CudaException.check(Cudart.cudaStreamWaitEvent(handle(), event.handle(), 0), "cudaStreamWaitEvent");
  }

  /**
   * Records a graph of what a task queues on this stream, none of which is done; {@link CudaGraph#launch} does it, as
   * often as wanted, in the same memory.
   *
   * <p>The task runs on the device's thread. It must not wait for the device, read its memory, allocate, or need a
   * kernel, plan or workspace that is not there yet: run it once before. What it throws ends the recording and is thrown
   * on.
   */
  public CudaGraph capture(Runnable task) {
    return device().call(() -> CudaGraph.make(this, task));
  }

  /** Whether graphs were recorded, which go on using the memory that they were recorded with. */
  public boolean hasCaptured() {
    return captured;
  }

  void captures() {
    captured = true;
  }

  @Override
  protected void release() {
    CudaException.check(Cudart.cudaStreamDestroy(handle), "cudaStreamDestroy");
  }
}

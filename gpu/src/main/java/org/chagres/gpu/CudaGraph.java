package org.chagres.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.bindings.cudart.cudaGraphExecUpdateResultInfo_st;

/** Recorded work of a stream, launched as one; see {@link CudaStream#capture}. */
public final class CudaGraph extends CudaResource {

  private final CudaStream stream;
  private MemorySegment executable;

  private CudaGraph(CudaStream stream, MemorySegment executable) {
    super(stream.device(), "a graph of " + stream);
    this.stream = stream;
    this.executable = executable;
  }

  static CudaGraph make(CudaStream stream, Runnable task) {
    MemorySegment recorded = record(stream, task);
    try {
      CudaGraph graph = new CudaGraph(stream, instantiate(recorded));
      graph.opened();
      return graph;
    } finally {
      destroy(recorded);
    }
  }

  /** What the task queues, as CUDA's graph, which the caller destroys. */
  private static MemorySegment record(CudaStream stream, Runnable task) {
    CudaDevice device = stream.device();
    device.refuseInCapture("recording a further graph");
    CudaException.check(Cudart.cudaStreamBeginCapture(stream.handle(), Cudart.cudaStreamCaptureModeThreadLocal()),
        "cudaStreamBeginCapture");
    device.capture(Optional.of(stream));
    stream.captures();
    boolean ended = false;
    try (Arena arena = Arena.ofConfined()) {
      task.run();
      MemorySegment out = arena.allocate(ADDRESS);
      ended = true;
      CudaException.check(Cudart.cudaStreamEndCapture(stream.handle(), out), "cudaStreamEndCapture");
      return out.get(ADDRESS, 0);
    } finally {
      device.capture(Optional.empty());
      if (!ended) {
        abandon(stream);
      }
    }
  }

  /** Ends a recording after a failure, which is what is told. */
  private static void abandon(CudaStream stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      int status = Cudart.cudaStreamEndCapture(stream.handle(), out);
      MemorySegment partial = out.get(ADDRESS, 0);
      if (status != 0) {
        CudaException.forget();
      } else if (partial.address() != 0) {
        destroy(partial);
      }
    }
  }

  private static MemorySegment instantiate(MemorySegment recorded) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      CudaException.check(Cudart.cudaGraphInstantiate(out, recorded, 0), "cudaGraphInstantiate");
      return out.get(ADDRESS, 0);
    }
  }

  private static void destroy(MemorySegment recorded) {
    CudaException.check(Cudart.cudaGraphDestroy(recorded), "cudaGraphDestroy");
  }

  /** Queues it on the stream that it was recorded on. */
  public void launch() {
    if (!device().isCurrent()) {
      device().run(this::launch);
      return;
    }
    requireOpen();
    CudaException.check(Cudart.cudaGraphLaunch(executable, stream.handle()), "cudaGraphLaunch");
  }

  /** Brings it to the device before its first launch. */
  public void upload() {
    device().run(() -> {
      requireOpen();
      CudaException.check(Cudart.cudaGraphUpload(executable, stream.handle()), "cudaGraphUpload");
    });
  }

  /**
   * Records anew, such as for other memory.
   *
   * @return whether it could be changed in place; where the work is of another form, it was made anew, at more cost
   */
  public boolean update(Runnable task) {
    return device().call(() -> {
      requireOpen();
      MemorySegment recorded = record(stream, task);
      try {
        return update(recorded);
      } finally {
        destroy(recorded);
      }
    });
  }

  private boolean update(MemorySegment recorded) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = cudaGraphExecUpdateResultInfo_st.allocate(arena);
      int status = Cudart.cudaGraphExecUpdate(executable, recorded, result);
      if (status == 0) {
        return true;
      }
      CudaException.forget();
      if (status != Cudart.cudaErrorGraphExecUpdateFailure()) {
        throw CudaException.of(status, "cudaGraphExecUpdate");
      }
      MemorySegment old = executable;
      executable = instantiate(recorded);
      destroyExecutable(old);
      return false;
    }
  }

  /** Not while it runs. */
  private void destroyExecutable(MemorySegment old) {
    int status = Cudart.cudaDeviceSynchronize();
    CudaException.check(Cudart.cudaGraphExecDestroy(old), "cudaGraphExecDestroy");
    CudaException.check(status, "cudaDeviceSynchronize, before a graph is destroyed");
  }

  @Override
  protected void release() {
    destroyExecutable(executable);
  }
}

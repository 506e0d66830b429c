package org.chagres.nn.backend;

import java.util.List;

/**
 * The kernels of one kind of device, a small interface per family. A second backend adds files and changes none.
 *
 * <p>Every call names its output; none allocates a result. Memory is handed over as {@link java.lang.foreign.MemorySegment}s of
 * the backend's own kind (a device's are never read on the host), dense in the layout that the call's shape record states;
 * an argument that may be left out is left out with {@link java.lang.foreign.MemorySegment#NULL}. So a step is a list of calls
 * with fixed addresses that can be recorded and replayed.
 */
public interface Backend {

  /** Its name as in a device's: {@code cpu}, {@code cuda:0}. */
  String name();

  /**
   * Whether calls are queued and done while the caller goes on, and a recorded step's are replayed as one. Then what is replayed
   * cannot depend on what the host finds in between.
   */
  boolean queues();

  /**
   * Makes of recorded calls what replays them.
   *
   * @param recorder what recorded them
   * @param calls in their order
   */
  Replay replay(Recorder recorder, List<Recorder.Call> calls);

  /** Memory. */
  MemoryOps memory();

  /** Copies from the host beside what is computed; only where the device has memory of its own, and so {@link #queues}. */
  default UploadOps uploads() {
    throw new UnsupportedOperationException("uploads: " + name() + " computes in the host's memory");
  }

  /** Maps, element by element. */
  ElementwiseOps elementwise();

  /** Reductions and what is built on them. */
  ReduceOps reduce();

  /** Matrix products. */
  MatrixOps matrix();

  /** Matrix products whose factors are rounded to bf16 first; sums and results are f32. */
  default MatrixOps matrixBf16() {
    throw noBf16();
  }

  /** Convolution. */
  ConvOps conv();

  /** Convolution whose operands and results are rounded to bf16; sums are f32. */
  default ConvOps convBf16() {
    throw noBf16();
  }

  private UnsupportedOperationException noBf16() {
    return new UnsupportedOperationException(
        "bf16: " + name() + " has products and convolutions in f32 only; autocast is for a GPU, such as cuda:0");
  }

  /** Pooling. */
  PoolOps pool();

  /** Normalisation. */
  NormOps norm();

  /** Losses. */
  LossOps loss();

  /** Optimizer steps. */
  OptimOps optim();

  /** Random numbers. */
  RandomOps random();

  /** Images that lie on the device; only where it {@link #queues}. */
  default ImageOps images() {
    throw new UnsupportedOperationException("images: " + name() + " reads a data set where it lies");
  }

  /** Rows picked by index. */
  IndexOps index();
}

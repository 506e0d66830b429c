package org.chagres.nn.backend;

/**
 * The kernels of one kind of device, a small interface per family. A second backend adds files and changes none.
 *
 * <p>Every call names its output; none allocates a result. Memory is handed over as {@link java.lang.foreign.MemorySegment}s of
 * the backend's own kind (a device's are never read on the host), dense in the layout that the call's shape record states;
 * an argument that may be left out is left out with {@link java.lang.foreign.MemorySegment#NULL}. So a step is a list of calls
 * with fixed addresses that can be recorded and replayed.
 */
public interface Backend {

  /** Its name as in a device's: {@code cpu}. */
  String name();

  /** Memory. */
  MemoryOps memory();

  /** Maps, element by element. */
  ElementwiseOps elementwise();

  /** Reductions and what is built on them. */
  ReduceOps reduce();

  /** Matrix products. */
  MatrixOps matrix();

  /** Convolution. */
  ConvOps conv();

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

  /** Rows picked by index. */
  IndexOps index();
}

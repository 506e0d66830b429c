package org.chagres.nn.backend.cuda;

import static org.chagres.nn.backend.cuda.Translate.lines;
import static org.chagres.nn.backend.cuda.Translate.type;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.Lines;
import org.chagres.gpu.kernel.ReduceKernels;
import org.chagres.nn.backend.ReduceOps;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/** Reductions on a GPU. */
final class CudaReduce implements ReduceOps {

  private final CudaQueue queue;
  private final ReduceKernels kernels;

  /** Reductions whose kernels go to a queue. */
  CudaReduce(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new ReduceKernels(queue.launcher());
  }

  @Override
  public void reduce(ReduceOp op, ReduceShape shape, MemorySegment x, MemorySegment y) {
    Lines s = lines(shape);
    queue.run(() -> kernels.reduce(op.name(), s, x, y));
  }

  @Override
  public void argReduce(
      boolean largest, ReduceShape shape, MemorySegment x, MemorySegment values, MemorySegment indices) {
    Lines s = lines(shape);
    queue.run(() -> kernels.argReduce(largest, s, x, values, indices));
  }

  @Override
  public void argReduceBackward(
      ReduceShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    Lines s = lines(shape);
    queue.run(() -> kernels.argReduceBackward(s, dy, indices, dx));
  }

  @Override
  public void variance(
      ReduceShape shape, double correction, MemorySegment x, MemorySegment mean, MemorySegment variance) {
    Lines s = lines(shape);
    queue.run(() -> kernels.variance(s, correction, x, mean, variance));
  }

  @Override
  public void softmax(boolean log, ReduceShape shape, MemorySegment x, MemorySegment y) {
    Lines s = lines(shape);
    queue.run(() -> kernels.softmax(log, s, x, y));
  }

  @Override
  public void softmaxBackward(
      boolean log, ReduceShape shape, MemorySegment dy, MemorySegment y, MemorySegment dx) {
    Lines s = lines(shape);
    queue.run(() -> kernels.softmaxBackward(log, s, dy, y, dx));
  }

  @Override
  public void sumIntegers(DType type, ReduceShape shape, MemorySegment x, MemorySegment y) {
    Lines s = lines(shape);
    queue.run(() -> kernels.sumIntegers(type(type), s, x, y));
  }
}

package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.ReduceOps;
import org.chagres.simd.reduce.ArgReduce;
import org.chagres.simd.reduce.IntegerSum;
import org.chagres.simd.reduce.Reduce;
import org.chagres.simd.reduce.Softmax;
import org.chagres.simd.reduce.Variance;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/** Reductions on the CPU. */
public final class CpuReduce implements ReduceOps {

  private final CpuStream stream;

  /** Reductions whose jobs go to a stream. */
  public CpuReduce(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void reduce(ReduceOp op, ReduceShape shape, MemorySegment x, MemorySegment y) {
    stream.run(Reduce.of(op, shape, x, y));
  }

  @Override
  public void argReduce(
      boolean largest, ReduceShape shape, MemorySegment x, MemorySegment values, MemorySegment indices) {
    stream.run(ArgReduce.forward(largest, shape, x, values, indices));
  }

  @Override
  public void argReduceBackward(
      ReduceShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    stream.run(ArgReduce.backward(shape, dy, indices, dx));
  }

  @Override
  public void variance(
      ReduceShape shape, double correction, MemorySegment x, MemorySegment mean, MemorySegment variance) {
    stream.run(Variance.of(shape, correction, x, mean, variance));
  }

  @Override
  public void softmax(boolean log, ReduceShape shape, MemorySegment x, MemorySegment y) {
    stream.run(Softmax.forward(log, shape, x, y));
  }

  @Override
  public void softmaxBackward(
      boolean log, ReduceShape shape, MemorySegment dy, MemorySegment y, MemorySegment dx) {
    stream.run(Softmax.backward(log, shape, dy, y, dx));
  }

  @Override
  public void sumIntegers(DType type, ReduceShape shape, MemorySegment x, MemorySegment y) {
    stream.run(IntegerSum.of(type, shape, x, y));
  }
}

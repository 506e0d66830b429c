package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/** Reductions over the middle of (outer, length, inner), f32, and what is built on them. */
public interface ReduceOps {

  /** y = reduction of x. */
  void reduce(ReduceOp op, ReduceShape shape, MemorySegment x, MemorySegment y);

  /** Largest (or smallest) values and their int64 positions; the first one where equal, a NaN before all. */
  void argReduce(boolean largest, ReduceShape shape, MemorySegment x, MemorySegment values, MemorySegment indices);

  /** dx = dy at the position saved by {@link #argReduce}, 0 elsewhere. */
  void argReduceBackward(ReduceShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx);

  /** Variance, sums divided by length - correction, in two passes; the means go to {@code mean}. */
  void variance(ReduceShape shape, double correction, MemorySegment x, MemorySegment mean, MemorySegment variance);

  /** Softmax along the middle, or its logarithm. */
  void softmax(boolean log, ReduceShape shape, MemorySegment x, MemorySegment y);

  /** Backward of {@link #softmax} from its output. */
  void softmaxBackward(boolean log, ReduceShape shape, MemorySegment dy, MemorySegment y, MemorySegment dx);

  /** The sum of integers or the count of true: i64, i32, u8, bool to i64. */
  void sumIntegers(DType type, ReduceShape shape, MemorySegment x, MemorySegment y);
}

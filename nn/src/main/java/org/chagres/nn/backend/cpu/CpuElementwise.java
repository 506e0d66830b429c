package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.ElementwiseOps;
import org.chagres.simd.elementwise.BinaryGradients;
import org.chagres.simd.elementwise.BinaryMap;
import org.chagres.simd.elementwise.Cast;
import org.chagres.simd.elementwise.Comparison;
import org.chagres.simd.elementwise.Fill;
import org.chagres.simd.elementwise.Selection;
import org.chagres.simd.elementwise.StridedCopy;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/** Maps on the CPU. */
public final class CpuElementwise implements ElementwiseOps {

  private final CpuStream stream;

  /** Maps whose jobs go to a stream. */
  public CpuElementwise(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void unary(Unary f, long count, MemorySegment x, MemorySegment y) {
    stream.run(UnaryMap.forward(f, count, x, y));
  }

  @Override
  public void unaryBackward(Unary f, long count, MemorySegment dy, MemorySegment saved, MemorySegment dx) {
    stream.run(UnaryMap.backward(f, count, dy, saved, dx));
  }

  @Override
  public void binary(
      BinaryOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    stream.run(BinaryMap.forward(op, type, shape, a, b, y));
  }

  @Override
  public void binaryBackward(
      BinaryOp op, Strided shape, MemorySegment dy, MemorySegment a, MemorySegment b, MemorySegment da,
      MemorySegment db) {
    stream.run(BinaryGradients.of(op, shape, dy, new BinaryGradients.Sides(a, b, da, db)));
  }

  @Override
  public void compare(
      CompareOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    stream.run(Comparison.of(op, type, shape, a, b, y));
  }

  @Override
  public void where(
      Strided shape, MemorySegment condition, MemorySegment a, MemorySegment b, MemorySegment y) {
    stream.run(Selection.of(shape, condition, a, b, y));
  }

  @Override
  public void gather(DType type, Strided shape, MemorySegment x, MemorySegment y) {
    stream.run(StridedCopy.gather(type, shape, x, y));
  }

  @Override
  public void scatter(DType type, Strided shape, boolean add, MemorySegment x, MemorySegment y) {
    stream.run(StridedCopy.scatter(type, shape, add, x, y));
  }

  @Override
  public void cast(DType from, DType to, long count, MemorySegment x, MemorySegment y) {
    stream.run(Cast.of(from, to, count, x, y));
  }

  @Override
  public void fill(DType type, long count, double value, MemorySegment y) {
    stream.run(Fill.of(type, count, value, y));
  }
}

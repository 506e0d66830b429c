package org.chagres.nn.backend.cuda;

import static org.chagres.nn.backend.cuda.Translate.strides;
import static org.chagres.nn.backend.cuda.Translate.type;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.CopyKernels;
import org.chagres.gpu.kernel.Function;
import org.chagres.gpu.kernel.MapKernels;
import org.chagres.gpu.kernel.Strides;
import org.chagres.nn.backend.ElementwiseOps;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/** Maps on a GPU. */
final class CudaElementwise implements ElementwiseOps {

  private final CudaQueue queue;
  private final MapKernels maps;
  private final CopyKernels copies;

  /** Maps whose kernels go to a queue. */
  CudaElementwise(CudaQueue queue) {
    this.queue = queue;
    this.maps = new MapKernels(queue.launcher());
    this.copies = new CopyKernels(queue.launcher());
  }

  private static Function function(Unary f) {
    return new Function(f.op().name(), f.alpha(), f.beta());
  }

  @Override
  public void unary(Unary f, long count, MemorySegment x, MemorySegment y) {
    Function function = function(f);
    queue.run(() -> maps.unary(function, count, x, y));
  }

  @Override
  public void unaryBackward(Unary f, long count, MemorySegment dy, MemorySegment saved, MemorySegment dx) {
    Function function = function(f);
    queue.run(() -> maps.unaryBackward(function, count, dy, saved, dx));
  }

  @Override
  public void binary(
      BinaryOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    Strides s = strides(shape);
    queue.run(() -> maps.binary(op.name(), type(type), s, a, b, y));
  }

  @Override
  public void binaryBackward(
      BinaryOp op, Strided shape, MemorySegment dy, MemorySegment a, MemorySegment b, MemorySegment da,
      MemorySegment db) {
    Strides s = strides(shape);
    queue.run(() -> maps.binaryBackward(op.name(), s, dy, a, b, da, db));
  }

  @Override
  public void compare(
      CompareOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    Strides s = strides(shape);
    queue.run(() -> maps.compare(op.name(), type(type), s, a, b, y));
  }

  @Override
  public void where(
      Strided shape, MemorySegment condition, MemorySegment a, MemorySegment b, MemorySegment y) {
    Strides s = strides(shape);
    queue.run(() -> maps.where(s, condition, a, b, y));
  }

  @Override
  public void gather(DType type, Strided shape, MemorySegment x, MemorySegment y) {
    Strides s = strides(shape);
    queue.run(() -> copies.gather(type(type), s, x, y));
  }

  @Override
  public void scatter(DType type, Strided shape, boolean add, MemorySegment x, MemorySegment y) {
    Strides s = strides(shape);
    queue.run(() -> copies.scatter(type(type), s, add, x, y));
  }

  @Override
  public void cast(DType from, DType to, long count, MemorySegment x, MemorySegment y) {
    queue.run(() -> copies.cast(type(from), type(to), count, x, y));
  }

  @Override
  public void fill(DType type, long count, double value, MemorySegment y) {
    queue.run(() -> copies.fill(type(type), count, value, y));
  }
}

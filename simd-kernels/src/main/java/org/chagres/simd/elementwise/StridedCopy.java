package org.chagres.simd.elementwise;

import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/** Copies between memory with strides and dense memory, of any type. */
public final class StridedCopy {

  private StridedCopy() {}

  /**
   * y = x, dense: what makes a permuted view contiguous and repeats what is broadcast.
   *
   * @param type of both
   * @param shape geometry with one operand
   * @param x operand
   * @param y result, dense; not the operand's memory
   * @throws IllegalArgumentException if a number or segment doesn't fit
   */
  public static Job gather(DType type, Strided shape, MemorySegment x, MemorySegment y) {
    long count = Counts.elements(shape, 1, "gather");
    Operand operand = Operand.of(shape, 0, type.bytes(), x, "gather: x");
    long to = Native.address(y, Counts.bytes(count, type.bytes()), "gather: y");
    if (count > 0 && Transpose.fits(shape)) {
      return new Transpose(shape, type.bytes(), x.address(), to);
    }
    return new Gather(count, type.bytes(), operand, to);
  }

  /**
   * Writes dense x to y with strides.
   *
   * @param type of both
   * @param shape geometry with one operand, the target; no element may be reached twice
   * @param add whether to add to what is there (f32 only)
   * @param x dense
   * @param y target
   * @throws IllegalArgumentException if a number, the type or a segment doesn't fit, or the target repeats an element
   */
  public static Job scatter(DType type, Strided shape, boolean add, MemorySegment x, MemorySegment y) {
    if (add && type != DType.F32) {
      throw new IllegalArgumentException("scatter: expected F32 to add, got " + type);
    }
    long count = Counts.elements(shape, 1, "scatter");
    for (int d = 0; d < shape.dims().length; d++) {
      if (shape.dims()[d] > 1 && shape.strides()[0][d] == 0) {
        throw new IllegalArgumentException("scatter: expected no repeated element in the target, got " + shape);
      }
    }
    Operand operand = Operand.of(shape, 0, type.bytes(), y, "scatter: y");
    return new Scatter(
        count, type.bytes(), add, operand, Native.address(x, Counts.bytes(count, type.bytes()), "scatter: x"));
  }

  private static final class Gather extends RangeJob {
    private final int size;
    private final Operand x;
    private final long y;

    Gather(long count, int size, Operand x, long y) {
      super(count, 0.5);
      this.size = size;
      this.x = x;
      this.y = y;
    }

    @Override
    protected void run(long begin, int n, long local) {
      x.pack(begin, n, y + begin * size);
    }
  }

  private static final class Scatter extends RangeJob {
    private final int size;
    private final boolean add;
    private final Operand y;
    private final long x;

    Scatter(long count, int size, boolean add, Operand y, long x) {
      super(count, add ? 1.5 : 0.5);
      this.size = size;
      this.add = add;
      this.y = y;
      this.x = x;
    }

    @Override
    public long localBytes() {
      return 8L * Operand.BLOCK;
    }

    @Override
    protected void run(long begin, int n, long local) {
      if (!add) {
        y.unpack(begin, n, x + begin * size);
        return;
      }
      long other = local + 4L * Operand.BLOCK;
      for (int done = 0; done < n; done += Operand.BLOCK) {
        int length = Math.min(Operand.BLOCK, n - done);
        y.pack(begin + done, length, local);
        MemorySegment.copy(ALL, x + 4 * (begin + done), ALL, other, 4L * length);
        // The block's end is rounded up to whole vectors; what stands there is not stored.
        BinaryF32.run(BinaryOp.ADD, local, other, local, Lanes.roundUp(length), 0);
        y.unpack(begin + done, length, local);
      }
    }
  }
}

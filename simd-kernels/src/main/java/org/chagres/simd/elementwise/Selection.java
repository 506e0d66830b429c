package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.Strided;

/** y = condition ? a : b with the strides of three operands: condition bool, a and b f32. */
public final class Selection extends RangeJob {

  private static final long BUFFER = 4L * Operand.BLOCK;

  private final Operand condition;
  private final Operand a;
  private final Operand b;
  private final long y;

  private Selection(long count, Operand condition, Operand[] sides, long y) {
    super(count, 1.0);
    this.condition = condition;
    this.a = sides[0];
    this.b = sides[1];
    this.y = y;
  }

  /**
   * y = condition ? a : b.
   *
   * @param shape geometry with three operands: condition, a, b
   * @param condition bool; anything but 0 is true
   * @param a f32, taken where true
   * @param b f32, taken where false
   * @param y result, f32, dense; may be the memory of a or b where dense
   * @throws IllegalArgumentException if a number or segment doesn't fit
   */
  public static Job of(
      Strided shape, MemorySegment condition, MemorySegment a, MemorySegment b, MemorySegment y) {
    long count = Counts.elements(shape, 3, "where");
    Operand[] sides = {Operand.of(shape, 1, 4, a, "where: a"), Operand.of(shape, 2, 4, b, "where: b")};
    return new Selection(
        count,
        Operand.of(shape, 0, 1, condition, "where: condition"),
        sides,
        Native.address(y, Counts.bytes(count, 4), "where: y"));
  }

  @Override
  public long localBytes() {
    return 3 * BUFFER;
  }

  @Override
  protected void run(long begin, int n, long local) {
    for (int done = 0; done < n; done += Operand.BLOCK) {
      int length = Math.min(Operand.BLOCK, n - done);
      long first = begin + done;
      long flags = condition.block(first, length, local);
      long left = a.block(first, length, local + BUFFER);
      long right = b.block(first, length, local + 2 * BUFFER);
      select(flags, left, right, y + 4 * first, length);
    }
  }

  /** By bits and without a branch, which data that is half true would mispredict every other time. */
  private static void select(long flags, long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      int flag = ALL.get(JAVA_BYTE, flags + i);
      int mask = (flag | -flag) >> 31;
      int left = ALL.get(JAVA_INT_UNALIGNED, a + 4L * i);
      int right = ALL.get(JAVA_INT_UNALIGNED, b + 4L * i);
      ALL.set(JAVA_INT_UNALIGNED, y + 4L * i, left & mask | right & ~mask);
    }
  }
}

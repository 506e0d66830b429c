package org.chagres.simd.elementwise;

import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.DType;

/**
 * y = x in another type, by blocks through the widest type of x's kind: exact, with one rounding at the end. To an
 * integer rounds towards zero and wraps where it is too large; to bool is "not 0"; u8 is unsigned.
 */
public final class Cast extends RangeJob {

  private static final int BLOCK = Operand.BLOCK;

  private final DType from;
  private final DType to;
  private final long x;
  private final long y;

  private Cast(DType from, DType to, long count, long x, long y) {
    super(count, 1.5);
    this.from = from;
    this.to = to;
    this.x = x;
    this.y = y;
  }

  /**
   * y = x.
   *
   * @param from type of x
   * @param to type of y
   * @param count elements
   * @param x dense
   * @param y dense; may be x where the types have one size
   * @throws IllegalArgumentException if the count or a segment doesn't fit
   */
  public static Job of(DType from, DType to, long count, MemorySegment x, MemorySegment y) {
    long source = Native.address(x, Counts.bytes(count, from.bytes()), "cast: x");
    long target = Native.address(y, Counts.bytes(count, to.bytes()), "cast: y");
    return new Cast(from, to, count, source, target);
  }

  @Override
  public long localBytes() {
    return 8L * BLOCK;
  }

  @Override
  protected void run(long begin, int n, long local) {
    if (from == to) {
      MemorySegment.copy(ALL, x + begin * from.bytes(), ALL, y + begin * to.bytes(), (long) n * to.bytes());
      return;
    }
    for (int done = 0; done < n; done += BLOCK) {
      int length = Math.min(BLOCK, n - done);
      long source = x + (begin + done) * from.bytes();
      long target = y + (begin + done) * to.bytes();
      if (from.isFloat()) {
        Convert.toDoubles(from, source, local, length);
        Convert.fromDoubles(to, local, target, length);
      } else {
        Convert.toLongs(from, source, local, length);
        Convert.fromLongs(to, local, target, length);
      }
    }
  }
}

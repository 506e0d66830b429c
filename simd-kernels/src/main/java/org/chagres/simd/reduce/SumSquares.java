package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ReduceShape;

/** Σ x² of all elements, as one f64: what the norm of all gradients is made of. */
public final class SumSquares extends Job {

  private final Cut cut;
  private final long x;
  private final long y;

  private SumSquares(Cut cut, long x, long y) {
    this.cut = cut;
    this.x = x;
    this.y = y;
  }

  /**
   * y = Σ x².
   *
   * @param count elements
   * @param x f32, dense
   * @param y one f64
   * @throws IllegalArgumentException if the count or a segment doesn't fit
   */
  public static Job of(long count, MemorySegment x, MemorySegment y) {
    ReduceShape shape = new ReduceShape(1, count, 1);
    Checks.elements(shape);
    return new SumSquares(
        Cut.withSegments(shape), Native.address(x, 4 * count, "sum of squares: x"),
        Native.address(y, 8, "sum of squares: y"));
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? cut.chunks() : 1;
  }

  @Override
  public long localBytes() {
    return Rows.BYTES;
  }

  @Override
  public long sharedBytes() {
    return 8L * cut.segments();
  }

  @Override
  public long estimatedNanos() {
    return cut.shape().length() / 4;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 0) {
      for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
        double sum = Rows.sumSquares(x + 4 * cut.input(task), cut.rows(cut.segment(task)), local);
        ALL.set(JAVA_DOUBLE_UNALIGNED, shared + 8 * task, sum);
      }
      return;
    }
    double sum = 0;
    for (int s = 0; s < cut.segments(); s++) {
      sum += ALL.get(JAVA_DOUBLE_UNALIGNED, shared + 8L * s);
    }
    ALL.set(JAVA_DOUBLE_UNALIGNED, y, sum);
  }
}

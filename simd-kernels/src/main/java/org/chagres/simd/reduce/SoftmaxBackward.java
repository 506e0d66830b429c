package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ReduceShape;

/** The job of {@link Softmax#backward}. */
final class SoftmaxBackward extends Job {

  private static final int COLUMNS = Cut.COLUMNS;
  private static final long FLOATS = 4L * COLUMNS;

  private final boolean log;
  private final Cut cut;
  private final long dy;
  private final long y;
  private final long dx;

  private SoftmaxBackward(boolean log, Cut cut, long dy, long y, long dx) {
    this.log = log;
    this.cut = cut;
    this.dy = dy;
    this.y = y;
    this.dx = dx;
  }

  static Job of(boolean log, ReduceShape shape, MemorySegment dy, MemorySegment y, MemorySegment dx) {
    Checks.elements(shape);
    long bytes = 4 * shape.xCount();
    return new SoftmaxBackward(
        log,
        Cut.whole(shape),
        Native.address(dy, bytes, "softmax: dy"),
        Native.address(y, bytes, "softmax: y"),
        Native.address(dx, bytes, "softmax: dx"));
  }

  @Override
  public int chunks(int phase) {
    return cut.chunks();
  }

  @Override
  public long localBytes() {
    return 5 * FLOATS + 2 * ExpDifference.BYTES;
  }

  @Override
  public long estimatedNanos() {
    return cut.shape().xCount() / 2;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
      long at = 4 * cut.input(task);
      if (cut.shape().inner() == 1) {
        row(at, (int) cut.shape().length(), local);
      } else {
        columns(at, cut.width(cut.column(task)), local);
      }
    }
  }

  private void row(long at, int n, long local) {
    double sum = log ? Rows.sum(dy + at, n, local) : Rows.dot(dy + at, y + at, n, local);
    Columns.fill(local, (int) (Padded.BYTES / 4), (float) sum);
    map(at, n, local, 0, local + Padded.BYTES);
  }

  private void columns(long at, int n, long local) {
    long step = 4 * cut.shape().inner();
    int rows = (int) cut.shape().length();
    long sums = local + FLOATS;
    Columns.fill(sums, n, 0.0);
    if (log) {
      Columns.sum(dy + at, step, rows, n, sums);
    } else {
      Columns.dot(dy + at, y + at, step, rows, n, sums);
    }
    for (int j = 0; j < n; j++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, local + 4L * j, (float) ALL.get(JAVA_DOUBLE_UNALIGNED, sums + 8L * j));
    }
    for (int r = 0; r < rows; r++) {
      map(at + r * step, n, local, 4, sums + 2 * FLOATS);
    }
  }

  /** The gradients of {@code n} elements from their sums, of which each element's is {@code step} bytes on. */
  private void map(long at, int n, long sums, long step, long local) {
    if (!log) {
      SoftmaxMaps.slope(dy + at, y + at, sums, step, dx + at, n);
      return;
    }
    long zero = local;
    long tail = zero + Padded.BYTES;
    long scratch = tail + ExpDifference.BYTES;
    Columns.fill(zero, (int) (Padded.BYTES / 4), 0f);
    for (int i = 0; i < n; i += COLUMNS) {
      int length = Math.min(COLUMNS, n - i);
      long block = at + 4L * i;
      ExpDifference.run(y + block, zero, 0, scratch, length, tail);
      SoftmaxMaps.logSlope(dy + block, scratch, sums + i * step, step, dx + block, length);
    }
  }
}

package org.chagres.simd.norm;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.NormShape;

/** Mean and variance of each column, reading x once: each chunk's rows into {@link ColumnSums} of its own, which are then joined. */
final class BatchMoments extends Job {

  private final int columns;
  private final long x;
  private final ColumnSums.Target target;
  private final Split rows;
  private final Split combine;

  BatchMoments(NormShape shape, long x, ColumnSums.Target target) {
    this.columns = shape.columns();
    this.x = x;
    this.target = target;
    this.rows = Split.of(shape.rows(), 0.2 * columns);
    this.combine = Split.of(columns, 4.0 * rows.chunks());
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? rows.chunks() : combine.chunks();
  }

  @Override
  public long sharedBytes() {
    return ColumnSums.bytes(columns) * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (0.2 * columns * rows.count());
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 1) {
      int from = (int) combine.from(chunk);
      ColumnSums.join(columns, from, (int) combine.to(chunk), shared, rows.chunks(), target);
      return;
    }
    long state = shared + ColumnSums.bytes(columns) * chunk;
    long pitch = 4L * columns;
    long from = rows.from(chunk);
    ColumnSums.clear(columns, state);
    ColumnSums.add(columns, x + from * pitch, pitch, (int) (rows.to(chunk) - from), state);
    ColumnSums.finish(columns, state);
  }
}

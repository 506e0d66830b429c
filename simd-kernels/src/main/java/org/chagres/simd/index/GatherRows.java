package org.chagres.simd.index;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/** y[i] = table[indices[i]], rows of f32. */
public final class GatherRows extends Job {

  private static final long LEAST_ELEMENTS = 16_384;

  private final Rows shape;
  private final long table;
  private final long indices;
  private final long y;
  private final long rowsPerChunk;

  private GatherRows(Rows shape, long table, long indices, long y) {
    this.shape = shape;
    this.table = table;
    this.indices = indices;
    this.y = y;
    this.rowsPerChunk = Math.max(LEAST_ELEMENTS / Math.max(1, shape.width()) + 1, (shape.count() + 63) / 64);
  }

  /**
   * y[i] = table[indices[i]].
   *
   * @param shape geometry
   * @param table f32, (table, width)
   * @param indices i64, (count); one that lies outside is an {@link IndexOutOfBoundsException} of the run
   * @param y f32, (count, width)
   * @throws IllegalArgumentException if a segment is too small
   */
  public static Job of(Rows shape, MemorySegment table, MemorySegment indices, MemorySegment y) {
    return new GatherRows(
        shape,
        Native.address(table, shape.tableBytes(), "table"),
        Native.address(indices, 8 * shape.count(), "indices"),
        Native.address(y, shape.pickedBytes(), "y"));
  }

  @Override
  public int chunks(int phase) {
    return (int) Math.max(1, (shape.count() + rowsPerChunk - 1) / rowsPerChunk);
  }

  @Override
  public long estimatedNanos() {
    return shape.count() * (10 + shape.width() / 4);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long bytes = 4L * shape.width();
    long end = Math.min(shape.count(), (chunk + 1) * rowsPerChunk);
    for (long i = chunk * rowsPerChunk; i < end; i++) {
      long row = Objects.checkIndex(ALL.get(JAVA_LONG_UNALIGNED, indices + 8 * i), (long) shape.table());
      MemorySegment.copy(ALL, table + row * bytes, ALL, y + i * bytes, bytes);
    }
  }
}

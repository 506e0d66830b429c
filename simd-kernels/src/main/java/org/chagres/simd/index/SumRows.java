package org.chagres.simd.index;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/**
 * The gradient of {@link GatherRows}' table: each row is the sum of the dy[i] whose index it is, in the order of i.
 * The first phase sorts the i by row (counting, so the order within a row stays); the second sums, each row on one
 * worker.
 */
public final class SumRows extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final long LEAST_ELEMENTS = 16_384;

  private final Rows shape;
  private final long dy;
  private final long indices;
  private final long dTable;
  private final int rowsPerChunk;

  private SumRows(Rows shape, long dy, long indices, long dTable) {
    this.shape = shape;
    this.dy = dy;
    this.indices = indices;
    this.dTable = dTable;
    long width = Math.max(1, shape.width());
    this.rowsPerChunk = (int) Math.max(LEAST_ELEMENTS / width + 1, (shape.table() + 63L) / 64);
  }

  /**
   * dTable[r] = Σ dy[i] over the i with indices[i] = r; all rows are written.
   *
   * @param shape geometry
   * @param dy f32, (count, width)
   * @param indices i64, (count); one that lies outside is an {@link IndexOutOfBoundsException} of the run
   * @param dTable f32, (table, width)
   * @throws IllegalArgumentException if a segment is too small
   */
  public static Job of(Rows shape, MemorySegment dy, MemorySegment indices, MemorySegment dTable) {
    return new SumRows(
        shape,
        Native.address(dy, shape.pickedBytes(), "dy"),
        Native.address(indices, 8 * shape.count(), "indices"),
        Native.address(dTable, shape.tableBytes(), "dTable"));
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? 1 : Math.max(1, (int) ((shape.table() + (long) rowsPerChunk - 1) / rowsPerChunk));
  }

  /** For each row where its i end (before sorting: begin), and the i by row. */
  @Override
  public long sharedBytes() {
    return 8 * (shape.table() + 1L + shape.count());
  }

  @Override
  public long estimatedNanos() {
    return (shape.count() + shape.table()) * (5 + shape.width() / 4);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long sorted = shared + 8 * (shape.table() + 1L);
    if (phase == 0) {
      sort(shared, sorted);
      return;
    }
    int end = (int) Math.min(shape.table(), (chunk + 1L) * rowsPerChunk);
    for (int row = chunk * rowsPerChunk; row < end; row++) {
      long to = dTable + 4L * row * shape.width();
      zero(to);
      long last = get(shared, row);
      for (long k = row == 0 ? 0 : get(shared, row - 1); k < last; k++) {
        add(dy + 4 * get(sorted, k) * shape.width(), to);
      }
    }
  }

  private void sort(long ends, long sorted) {
    for (long r = 0; r <= shape.table(); r++) {
      set(ends, r, 0);
    }
    // Counted one place on, so that the sums are where each row begins; filling then moves them to where it ends.
    for (long i = 0; i < shape.count(); i++) {
      long next = Objects.checkIndex(get(indices, i), (long) shape.table()) + 1;
      set(ends, next, get(ends, next) + 1);
    }
    for (long r = 1; r <= shape.table(); r++) {
      set(ends, r, get(ends, r) + get(ends, r - 1));
    }
    for (long i = 0; i < shape.count(); i++) {
      long row = Objects.checkIndex(get(indices, i), (long) shape.table());
      long place = get(ends, row);
      set(sorted, place, i);
      set(ends, row, place + 1);
    }
  }

  private void zero(long to) {
    for (int j = 0; j < shape.width(); j++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * j, 0f);
    }
  }

  private void add(long from, long to) {
    int n = shape.width();
    int whole = n - n % Lanes.COUNT;
    for (int j = 0; j < whole; j += Lanes.COUNT) {
      FloatVector sum = FloatVector.fromMemorySegment(S, ALL, to + 4L * j, ORDER);
      sum = sum.add(FloatVector.fromMemorySegment(S, ALL, from + 4L * j, ORDER));
      sum.intoMemorySegment(ALL, to + 4L * j, ORDER);
    }
    for (int j = whole; j < n; j++) {
      float sum = ALL.get(JAVA_FLOAT_UNALIGNED, to + 4L * j) + ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * j);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * j, sum);
    }
  }

  private static long get(long at, long i) {
    return ALL.get(JAVA_LONG_UNALIGNED, at + 8 * i);
  }

  private static void set(long at, long i, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, at + 8 * i, value);
  }
}

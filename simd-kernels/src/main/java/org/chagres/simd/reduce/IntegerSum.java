package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceShape;

/** The sum of integers, or the count of what is true, along the middle dimension, as i64 (wrapping). */
public final class IntegerSum extends Job {

  private static final int OUTPUTS = 4096;

  private final DType type;
  private final Cut cut;
  private final long x;
  private final long y;

  private IntegerSum(DType type, Cut cut, long x, long y) {
    this.type = type;
    this.cut = cut;
    this.x = x;
    this.y = y;
  }

  /**
   * y = Σ x.
   *
   * @param type of x: i64, i32, u8 or bool
   * @param shape geometry
   * @param x operand
   * @param y result, i64, (outer, inner)
   * @throws IllegalArgumentException if the type is a float's or a segment too small
   */
  public static Job of(DType type, ReduceShape shape, MemorySegment x, MemorySegment y) {
    if (type.isFloat()) {
      throw new IllegalArgumentException("sum of integers: expected an integer type, got " + type);
    }
    Checks.elements(shape);
    long from = Native.address(x, type.bytes() * shape.xCount(), "sum of integers: x");
    return new IntegerSum(type, Cut.withSegments(shape), from,
        Native.address(y, 8 * shape.yCount(), "sum of integers: y"));
  }

  @Override
  public int phases() {
    return cut.segments() == 1 ? 1 : 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? cut.chunks() : (int) Math.max(1, (cut.shape().yCount() + OUTPUTS - 1) / OUTPUTS);
  }

  @Override
  public long sharedBytes() {
    return 8 * cut.partials();
  }

  @Override
  public long estimatedNanos() {
    return cut.shape().xCount() / 2;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 0) {
      for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
        long sums = cut.segments() == 1 ? y + 8 * cut.output(task) : shared + 8 * cut.partial(task);
        task(task, sums);
      }
      return;
    }
    long inner = cut.shape().inner();
    long end = Math.min(cut.shape().yCount(), (chunk + 1L) * OUTPUTS);
    for (long i = (long) chunk * OUTPUTS; i < end; i++) {
      long from = shared + 8 * (i / inner * cut.segments() * inner + i % inner);
      long sum = 0;
      for (int s = 0; s < cut.segments(); s++) {
        sum += ALL.get(JAVA_LONG_UNALIGNED, from + 8 * s * inner);
      }
      ALL.set(JAVA_LONG_UNALIGNED, y + 8 * i, sum);
    }
  }

  private void task(long task, long sums) {
    long from = x + type.bytes() * cut.input(task);
    int rows = cut.rows(cut.segment(task));
    int n = cut.width(cut.column(task));
    if (cut.shape().inner() == 1) {
      ALL.set(JAVA_LONG_UNALIGNED, sums, row(from, rows));
      return;
    }
    for (int j = 0; j < n; j++) {
      ALL.set(JAVA_LONG_UNALIGNED, sums + 8L * j, 0L);
    }
    for (int r = 0; r < rows; r++) {
      add(from + r * cut.shape().inner() * type.bytes(), n, sums);
    }
  }

  private long row(long from, int n) {
    long sum = 0;
    switch (type) {
      case I64 -> {
        for (int i = 0; i < n; i++) {
          sum += ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i);
        }
      }
      case I32 -> {
        for (int i = 0; i < n; i++) {
          sum += ALL.get(JAVA_INT_UNALIGNED, from + 4L * i);
        }
      }
      case U8 -> {
        for (int i = 0; i < n; i++) {
          sum += ALL.get(JAVA_BYTE, from + i) & 0xFF;
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          sum += ALL.get(JAVA_BYTE, from + i) != 0 ? 1 : 0;
        }
      }
      case F32, F64 -> throw new IllegalStateException("not an integer type: " + type);
    }
    return sum;
  }

  private void add(long from, int n, long sums) {
    switch (type) {
      case I64 -> {
        for (int j = 0; j < n; j++) {
          plus(sums, j, ALL.get(JAVA_LONG_UNALIGNED, from + 8L * j));
        }
      }
      case I32 -> {
        for (int j = 0; j < n; j++) {
          plus(sums, j, ALL.get(JAVA_INT_UNALIGNED, from + 4L * j));
        }
      }
      case U8 -> {
        for (int j = 0; j < n; j++) {
          plus(sums, j, ALL.get(JAVA_BYTE, from + j) & 0xFF);
        }
      }
      case BOOL -> {
        for (int j = 0; j < n; j++) {
          plus(sums, j, ALL.get(JAVA_BYTE, from + j) != 0 ? 1 : 0);
        }
      }
      case F32, F64 -> throw new IllegalStateException("not an integer type: " + type);
    }
  }

  private static void plus(long sums, int j, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, sums + 8L * j, ALL.get(JAVA_LONG_UNALIGNED, sums + 8L * j) + value);
  }
}

package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ReduceShape;

/** The largest or smallest values along the middle dimension with their positions, and the way back. */
public final class ArgReduce {

  private ArgReduce() {}

  /**
   * The largest (or smallest) values and their positions along the middle dimension: the first one where equal; a NaN
   * is before all others.
   *
   * @param largest or smallest
   * @param shape geometry
   * @param x operand, f32
   * @param values result, f32, (outer, inner)
   * @param indices positions, i64, (outer, inner)
   * @throws IllegalArgumentException if a segment is too small or the length is 0 or over 2^28
   */
  public static Job forward(
      boolean largest, ReduceShape shape, MemorySegment x, MemorySegment values, MemorySegment indices) {
    Checks.elements(shape);
    String name = largest ? "argmax" : "argmin";
    Checks.notEmpty(shape, name);
    long[] addresses = {
      Native.address(x, 4 * shape.xCount(), name + ": x"),
      Native.address(values, 4 * shape.yCount(), name + ": values"),
      Native.address(indices, 8 * shape.yCount(), name + ": indices")
    };
    return new Forward(largest, Cut.whole(shape), addresses);
  }

  /**
   * dx = dy at the saved positions, 0 elsewhere.
   *
   * @param shape geometry
   * @param dy gradient of the values, f32, (outer, inner)
   * @param indices positions, i64, (outer, inner); one that lies outside is an {@link IndexOutOfBoundsException} of
   *     the run
   * @param dx gradient of the operand, f32
   * @throws IllegalArgumentException if a segment is too small or the length over 2^28
   */
  public static Job backward(ReduceShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    Checks.elements(shape);
    return new Backward(
        Cut.whole(shape),
        Native.address(dy, 4 * shape.yCount(), "dy"),
        Native.address(indices, 8 * shape.yCount(), "indices"),
        Native.address(dx, 4 * shape.xCount(), "dx"));
  }

  private static final class Forward extends Job {
    private final boolean largest;
    private final Cut cut;
    private final long x;
    private final long values;
    private final long indices;

    Forward(boolean largest, Cut cut, long[] addresses) {
      this.largest = largest;
      this.cut = cut;
      this.x = addresses[0];
      this.values = addresses[1];
      this.indices = addresses[2];
    }

    @Override
    public int chunks(int phase) {
      return cut.chunks();
    }

    @Override
    public long localBytes() {
      return Rows.BYTES;
    }

    @Override
    public long estimatedNanos() {
      return cut.shape().xCount() / 2;
    }

    @Override
    protected void run(int phase, int chunk, long local, long shared) {
      int rows = (int) cut.shape().length();
      for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
        long from = x + 4 * cut.input(task);
        long value = values + 4 * cut.output(task);
        long index = indices + 8 * cut.output(task);
        if (cut.shape().inner() == 1) {
          float best = largest ? Rows.max(from, rows, local) : Rows.min(from, rows, local);
          ALL.set(JAVA_FLOAT_UNALIGNED, value, best);
          ALL.set(JAVA_LONG_UNALIGNED, index, (long) Rows.find(from, rows, best));
        } else {
          columns(from, rows, cut.width(cut.column(task)), value, index);
        }
      }
    }

    /** The values first; then the rows are looked through from the last, so that the first match is what remains. */
    private void columns(long from, int rows, int n, long value, long index) {
      long step = 4 * cut.shape().inner();
      Columns.fill(value, n, largest ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY);
      if (largest) {
        Columns.max(from, step, rows, n, value);
      } else {
        Columns.min(from, step, rows, n, value);
      }
      for (int r = rows - 1; r >= 0; r--) {
        for (int j = 0; j < n; j++) {
          float best = ALL.get(JAVA_FLOAT_UNALIGNED, value + 4L * j);
          float v = ALL.get(JAVA_FLOAT_UNALIGNED, from + r * step + 4L * j);
          if (v == best || Float.isNaN(v)) {
            ALL.set(JAVA_LONG_UNALIGNED, index + 8L * j, (long) r);
          }
        }
      }
    }
  }

  private static final class Backward extends Job {
    private final Cut cut;
    private final long dy;
    private final long indices;
    private final long dx;

    Backward(Cut cut, long dy, long indices, long dx) {
      this.cut = cut;
      this.dy = dy;
      this.indices = indices;
      this.dx = dx;
    }

    @Override
    public int chunks(int phase) {
      return cut.chunks();
    }

    @Override
    public long estimatedNanos() {
      return cut.shape().xCount() / 4;
    }

    @Override
    protected void run(int phase, int chunk, long local, long shared) {
      long step = 4 * cut.shape().inner();
      for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
        long to = dx + 4 * cut.input(task);
        int n = cut.width(cut.column(task));
        if (cut.shape().inner() == 1) {
          Columns.fill(to, (int) cut.shape().length(), 0f);
        } else {
          for (long r = 0; r < cut.shape().length(); r++) {
            Columns.fill(to + r * step, n, 0f);
          }
        }
        for (int j = 0; j < n && cut.shape().length() > 0; j++) {
          long at = ALL.get(JAVA_LONG_UNALIGNED, indices + 8 * (cut.output(task) + j));
          Objects.checkIndex(at, cut.shape().length());
          float d = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4 * (cut.output(task) + j));
          ALL.set(JAVA_FLOAT_UNALIGNED, to + at * step + 4L * j, d);
        }
      }
    }
  }
}

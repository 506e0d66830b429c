package org.chagres.simd.random;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;

/**
 * Random numbers into memory. Element i comes from word i % 4 of counter offset + i / 4; its bits depend on seed and offset
 * alone. All arithmetic is single operations of Java, which give the same bits on every machine.
 */
public final class RandomFill {

  /** Elements whose words are worked out at a time. */
  static final int BLOCK = 1024;

  static final float UNIT = 0x1p-24f;

  private RandomFill() {}

  /**
   * Uniform numbers of 24 random bits.
   *
   * @param low the least, included
   * @param high the largest, never reached
   * @param y f32 (count)
   * @throws IllegalArgumentException if low is not under high or the range is not finite
   */
  public static Job uniform(Stream at, long count, float low, float high, MemorySegment y) {
    if (!(low < high) || !Float.isFinite(high - low)) {
      throw new IllegalArgumentException("uniform: expected a finite range low < high, got " + low + " to " + high);
    }
    return new Uniform(at, count, low, high, floats(count, y));
  }

  /**
   * Normal numbers by Box and Muller's method, two from a pair of words.
   *
   * @param mean their mean
   * @param std their standard deviation, 0 or more
   * @param y f32 (count)
   */
  public static Job normal(Stream at, long count, float mean, float std, MemorySegment y) {
    if (!(std >= 0) || !Float.isFinite(std) || !Float.isFinite(mean)) {
      throw new IllegalArgumentException(
          "normal: expected a finite mean and std of 0 or more, got " + mean + ", " + std);
    }
    return new Normal(at, count, mean, std, floats(count, y));
  }

  /**
   * Uniform integers, the upper half of the product of 64 random bits and the range: a bias under range / 2⁶⁴. The low 32
   * of the 64 bits are the same word of subsequence 1.
   *
   * @param low the least, included
   * @param high the largest, not included
   * @param y int64 (count)
   */
  public static Job integers(Stream at, long count, long low, long high, MemorySegment y) {
    if (low >= high) {
      throw new IllegalArgumentException("integers: expected low < high, got " + low + " to " + high);
    }
    checkCount(count);
    return new Integers(at, count, low, high - low, Native.address(y, Math.multiplyExact(count, 8L), "y"));
  }

  static void checkCount(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count: expected 0 or more, got " + count);
    }
  }

  private static long floats(long count, MemorySegment y) {
    checkCount(count);
    return Native.address(y, Math.multiplyExact(count, 4L), "y");
  }

  /** Work cut into blocks of {@link #BLOCK} elements. */
  abstract static class Blocks extends Job {
    final Stream at;
    final long count;
    private final Split split;
    private final double nanosEach;

    Blocks(Stream at, long count, double nanosEach) {
      this.at = at;
      this.count = count;
      this.nanosEach = nanosEach;
      this.split = Split.of((count + BLOCK - 1) / BLOCK, BLOCK * nanosEach);
    }

    @Override
    public final int chunks(int phase) {
      return split.chunks();
    }

    @Override
    public long localBytes() {
      return 4L * BLOCK;
    }

    @Override
    public final long estimatedNanos() {
      return (long) (count * nanosEach);
    }

    @Override
    protected final void run(int phase, int chunk, long local, long shared) {
      long to = split.to(chunk);
      for (long b = split.from(chunk); b < to; b++) {
        long first = b * BLOCK;
        int n = (int) Math.min(BLOCK, count - first);
        Philox.fill(at, 0, first / 4, (n + 3) / 4, local);
        block(first, n, local);
      }
    }

    /** Does elements first to first + n, from their words. */
    abstract void block(long first, int n, long words);
  }

  private static final class Uniform extends Blocks {
    private final float low;
    private final float range;
    private final float last;
    private final long y;

    Uniform(Stream at, long count, float low, float high, long y) {
      super(at, count, 1.5);
      this.low = low;
      this.range = high - low;
      this.last = Math.nextDown(high);
      this.y = y;
    }

    @Override
    void block(long first, int n, long words) {
      long to = y + 4 * first;
      for (int i = 0; i < n; i++) {
        float unit = (ALL.get(JAVA_INT_UNALIGNED, words + 4L * i) >>> 8) * UNIT;
        // Rounding may carry the sum up to high.
        float value = low + unit * range;
        ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, value > last ? last : value);
      }
    }
  }

  private static final class Normal extends Blocks {
    private final float mean;
    private final float std;
    private final long y;

    Normal(Stream at, long count, float mean, float std, long y) {
      super(at, count, 6);
      this.mean = mean;
      this.std = std;
      this.y = y;
    }

    @Override
    void block(long first, int n, long words) {
      long to = y + 4 * first;
      for (int i = 0; i < n; i += 2) {
        int a = ALL.get(JAVA_INT_UNALIGNED, words + 4L * i);
        int b = ALL.get(JAVA_INT_UNALIGNED, words + 4L * i + 4);
        float radius = std * (float) Math.sqrt(-2f * BoxMuller.log((a >>> 8) + 1));
        ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, mean + radius * BoxMuller.cos(b >>> 8));
        if (i + 1 < n) {
          ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i + 4, mean + radius * BoxMuller.sin(b >>> 8));
        }
      }
    }
  }

  private static final class Integers extends Blocks {
    private final long low;
    private final long range;
    private final long y;

    Integers(Stream at, long count, long low, long range, long y) {
      super(at, count, 4);
      this.low = low;
      this.range = range;
      this.y = y;
    }

    @Override
    public long localBytes() {
      return 8L * BLOCK;
    }

    @Override
    void block(long first, int n, long words) {
      long more = words + 4L * BLOCK;
      Philox.fill(at, 1, first / 4, (n + 3) / 4, more);
      long to = y + 8 * first;
      for (int i = 0; i < n; i++) {
        long upper = ALL.get(JAVA_INT_UNALIGNED, words + 4L * i);
        long lower = ALL.get(JAVA_INT_UNALIGNED, more + 4L * i) & 0xFFFFFFFFL;
        ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, low + Math.unsignedMultiplyHigh(upper << 32 | lower, range));
      }
    }
  }
}

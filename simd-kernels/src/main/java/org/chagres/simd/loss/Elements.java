package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.Reduction;

/**
 * What forward passes of losses by element share: the values of a block go to {@code out}, or to a worker's own memory where
 * they are summed; blocks and chunks are added in order.
 */
abstract class Elements extends Job {

  /** Elements of a block. */
  static final int BLOCK = 1024;

  private final long count;
  private final Reduction reduction;
  private final long out;
  private final double nanosEach;
  private final Split blocks;

  Elements(long count, Reduction reduction, long out, double nanosEach) {
    this.count = count;
    this.reduction = reduction;
    this.out = out;
    this.nanosEach = nanosEach;
    this.blocks = Split.of((count + BLOCK - 1) / BLOCK, BLOCK * nanosEach);
  }

  @Override
  public final int phases() {
    return reduction == Reduction.NONE ? 1 : 2;
  }

  @Override
  public final int chunks(int phase) {
    return phase == 0 ? blocks.chunks() : 1;
  }

  @Override
  public final long localBytes() {
    return 4L * BLOCK + 4L * Lanes.COUNT;
  }

  @Override
  public final long sharedBytes() {
    return 8L * blocks.chunks();
  }

  @Override
  public final long estimatedNanos() {
    return (long) (count * nanosEach);
  }

  @Override
  protected final void run(int phase, int chunk, long local, long shared) {
    if (phase == 1) {
      double sum = 0;
      for (int k = 0; k < blocks.chunks(); k++) {
        sum += ALL.get(JAVA_DOUBLE_UNALIGNED, shared + 8L * k);
      }
      ALL.set(JAVA_FLOAT_UNALIGNED, out, (float) (reduction == Reduction.MEAN ? sum / count : sum));
      return;
    }
    double sum = 0;
    for (long b = blocks.from(chunk); b < blocks.to(chunk); b++) {
      long first = b * BLOCK;
      int n = (int) Math.min(BLOCK, count - first);
      if (reduction == Reduction.NONE) {
        values(first, n, out + 4 * first);
      } else {
        values(first, n, local);
        sum += Floats.sum(local, n);
      }
    }
    ALL.set(JAVA_DOUBLE_UNALIGNED, shared + 8L * chunk, sum);
  }

  /** Writes the values of elements first to first + n. */
  abstract void values(long first, int n, long to);
}

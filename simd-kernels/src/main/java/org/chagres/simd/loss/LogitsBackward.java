package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.Reduction;

/**
 * Gradient of binary cross entropy over logits. With l = 1 + (p - 1)·t it is l·σ(x) - p·t, which equals (1 - t) - l·σ(-x): the
 * first where x is negative, the second elsewhere, so that the small one of σ(x) and σ(-x) is never a difference from 1.
 */
final class LogitsBackward extends Job {

  private final Logits shape;
  private final long dy;
  private final long x;
  private final long target;
  private final long positive;
  private final long dx;
  private final Split elements;

  LogitsBackward(Logits shape, long dy, long x, long target, long positive, long dx) {
    this.shape = shape;
    this.dy = dy;
    this.x = x;
    this.target = target;
    this.positive = positive;
    this.dx = dx;
    this.elements = Split.of(shape.count(), 8);
  }

  @Override
  public int chunks(int phase) {
    return elements.chunks();
  }

  @Override
  public long estimatedNanos() {
    return 8 * shape.count();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    boolean each = shape.reduction() == Reduction.NONE;
    float g = each ? 0f : ALL.get(JAVA_FLOAT_UNALIGNED, dy);
    if (shape.reduction() == Reduction.MEAN) {
      g = (float) ((double) g / shape.count());
    }
    long to = elements.to(chunk);
    for (long i = elements.from(chunk); i < to; i++) {
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4 * i);
      float t = ALL.get(JAVA_FLOAT_UNALIGNED, target + 4 * i);
      float p = positive == 0 ? 1f : ALL.get(JAVA_FLOAT_UNALIGNED, positive + 4 * (i % shape.columns()));
      float e = Exp.of(-Math.abs(v));
      float lesser = e / (1 + e);
      float factor = 1 + (p - 1) * t;
      float slope = v < 0 ? factor * lesser - p * t : (1 - t) - factor * lesser;
      ALL.set(JAVA_FLOAT_UNALIGNED, dx + 4 * i, slope * (each ? ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4 * i) : g));
    }
  }
}

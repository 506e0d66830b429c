package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.ClassLoss;

/**
 * Backward of the losses over classes. A row's loss is Σ a[c]·(-log p[c]) with a[t] = (1 - ε)·w[t] + ε/C·w[t] and a[c] =
 * ε/C·w[c] elsewhere; so dx = g·(p·Σa - a) through softmax and -g·a without.
 */
final class ClassBackward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final ClassLoss shape;
  private final int classes;
  private final ClassArguments in;
  private final long out;
  private final long dy;
  private final long dx;
  private final double nanosEach;
  private final Split rows;

  ClassBackward(ClassLoss shape, ClassArguments in, long out, long dy, long dx) {
    this.shape = shape;
    this.classes = shape.classes();
    this.in = in;
    this.out = out;
    this.dy = dy;
    this.dx = dx;
    this.nanosEach = 10 + (shape.softmax() ? 2.0 : 0.3) * classes;
    this.rows = Split.of(shape.rows(), nanosEach);
  }

  @Override
  public int chunks(int phase) {
    return rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (rows.count() * nanosEach);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    double spread = shape.smoothing() / classes;
    double all = spread == 0 ? 0 : spread * in.weightSum();
    for (long row = rows.from(chunk); row < rows.to(chunk); row++) {
      long to = dx + 4L * classes * row;
      int label = in.label(row);
      if (label < 0) {
        Floats.zero(to, classes);
        continue;
      }
      double g = switch (shape.reduction()) {
        case NONE -> ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4 * row);
        case SUM -> ALL.get(JAVA_FLOAT_UNALIGNED, dy);
        case MEAN -> (double) ALL.get(JAVA_FLOAT_UNALIGNED, dy) / ALL.get(JAVA_FLOAT_UNALIGNED, out + 4);
      };
      double own = (1 - shape.smoothing()) * in.weightOf(label);
      if (shape.softmax()) {
        probabilities(in.logProbabilities() + 4L * classes * row, (float) (g * (own + all)), to);
      } else {
        Floats.zero(to, classes);
      }
      if (spread != 0) {
        subtractWeights((float) (g * spread), to);
      }
      long at = to + 4L * label;
      ALL.set(JAVA_FLOAT_UNALIGNED, at, ALL.get(JAVA_FLOAT_UNALIGNED, at) - (float) (g * own));
    }
  }

  private void probabilities(long from, float factor, long to) {
    int c = 0;
    for (; c + S.length() <= classes; c += S.length()) {
      Exp.of(FloatVector.fromMemorySegment(S, ALL, from + 4L * c, ORDER))
          .mul(factor)
          .intoMemorySegment(ALL, to + 4L * c, ORDER);
    }
    for (; c < classes; c++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * c, Exp.of(ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c)) * factor);
    }
  }

  private void subtractWeights(float factor, long to) {
    for (int c = 0; c < classes; c++) {
      long at = to + 4L * c;
      ALL.set(JAVA_FLOAT_UNALIGNED, at, ALL.get(JAVA_FLOAT_UNALIGNED, at) - factor * in.weightOf(c));
    }
  }
}

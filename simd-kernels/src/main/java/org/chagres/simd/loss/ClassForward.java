package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.Reduction;

/** Cross entropy and negative log-likelihood: log-softmax of a row, its loss, then the chunks' sums in order. */
final class ClassForward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements summed in f32 before double takes over. */
  private static final int BLOCK = 1024;

  private final ClassLoss shape;
  private final int classes;
  private final long x;
  private final ClassArguments in;
  private final long out;
  private final double nanosEach;
  private final Split rows;

  ClassForward(ClassLoss shape, long x, ClassArguments in, long out) {
    this.shape = shape;
    this.classes = shape.classes();
    this.x = x;
    this.in = in;
    this.out = out;
    this.nanosEach = shape.softmax() ? 40 + 2.0 * classes : 5;
    this.rows = Split.of(shape.rows(), nanosEach);
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? rows.chunks() : 1;
  }

  @Override
  public long localBytes() {
    return 4L * S.length();
  }

  @Override
  public long sharedBytes() {
    return 16L * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (rows.count() * nanosEach);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 1) {
      reduce(shared);
      return;
    }
    double losses = 0;
    double weights = 0;
    double spread = shape.smoothing() / classes;
    for (long row = rows.from(chunk); row < rows.to(chunk); row++) {
      long logs = x + 4L * classes * row;
      if (shape.softmax()) {
        long to = in.logProbabilities() + 4L * classes * row;
        logSoftmax(logs, to, local);
        logs = to;
      }
      int label = in.label(row);
      double loss = 0;
      if (label >= 0) {
        double weight = in.weightOf(label);
        loss = -(1 - shape.smoothing()) * weight * ALL.get(JAVA_FLOAT_UNALIGNED, logs + 4L * label);
        if (spread != 0) {
          loss -= spread * weightedSum(logs);
        }
        losses += loss;
        weights += weight;
      }
      if (shape.reduction() == Reduction.NONE) {
        ALL.set(JAVA_FLOAT_UNALIGNED, out + 4 * row, (float) loss);
      }
    }
    ALL.set(JAVA_DOUBLE_UNALIGNED, shared + 16L * chunk, losses);
    ALL.set(JAVA_DOUBLE_UNALIGNED, shared + 16L * chunk + 8, weights);
  }

  private void reduce(long shared) {
    double losses = 0;
    double weights = 0;
    for (int k = 0; k < rows.chunks(); k++) {
      losses += ALL.get(JAVA_DOUBLE_UNALIGNED, shared + 16L * k);
      weights += ALL.get(JAVA_DOUBLE_UNALIGNED, shared + 16L * k + 8);
    }
    long last = out + (shape.reduction() == Reduction.NONE ? 4L * shape.rows() : 4);
    ALL.set(JAVA_FLOAT_UNALIGNED, last, (float) weights);
    switch (shape.reduction()) {
      case MEAN -> ALL.set(JAVA_FLOAT_UNALIGNED, out, (float) (losses / weights));
      case SUM -> ALL.set(JAVA_FLOAT_UNALIGNED, out, (float) losses);
      case NONE -> {}
    }
  }

  private double weightedSum(long logs) {
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += (double) in.weightOf(c) * ALL.get(JAVA_FLOAT_UNALIGNED, logs + 4L * c);
    }
    return sum;
  }

  /** x - max - log Σ e^(x - max). */
  private void logSoftmax(long from, long to, long local) {
    float max = max(from, local);
    double sum = 0;
    for (int c = 0; c < classes; c += BLOCK) {
      sum += sumExp(from + 4L * c, Math.min(BLOCK, classes - c), max, local);
    }
    // in two parts, since max and the logarithm may differ much in size
    double shift = max + StrictMath.log(sum);
    float high = (float) shift;
    float low = (float) (shift - high);
    int c = 0;
    for (; c + S.length() <= classes; c += S.length()) {
      FloatVector.fromMemorySegment(S, ALL, from + 4L * c, ORDER)
          .sub(high)
          .sub(low)
          .intoMemorySegment(ALL, to + 4L * c, ORDER);
    }
    for (; c < classes; c++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * c, ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c) - high - low);
    }
  }

  /** Largest of a row; NaN there makes the sum NaN, whatever comes out here. */
  private float max(long from, long local) {
    float max = Float.NEGATIVE_INFINITY;
    int c = 0;
    if (classes >= S.length()) {
      FloatVector best = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
      for (c = S.length(); c + S.length() <= classes; c += S.length()) {
        FloatVector v = FloatVector.fromMemorySegment(S, ALL, from + 4L * c, ORDER);
        best = best.blend(v, v.compare(VectorOperators.GT, best));
      }
      best.intoMemorySegment(ALL, local, ORDER);
      for (int i = 0; i < S.length(); i++) {
        float v = ALL.get(JAVA_FLOAT_UNALIGNED, local + 4L * i);
        max = v > max ? v : max;
      }
    }
    for (; c < classes; c++) {
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c);
      max = v > max ? v : max;
    }
    return max;
  }

  private static double sumExp(long from, int n, float max, long local) {
    FloatVector sum = FloatVector.zero(S);
    int c = 0;
    for (; c + S.length() <= n; c += S.length()) {
      sum = sum.add(Exp.of(FloatVector.fromMemorySegment(S, ALL, from + 4L * c, ORDER).sub(max)));
    }
    sum.intoMemorySegment(ALL, local, ORDER);
    double total = Floats.sum(local, S.length());
    for (; c < n; c++) {
      total += Exp.of(ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c) - max);
    }
    return total;
  }
}

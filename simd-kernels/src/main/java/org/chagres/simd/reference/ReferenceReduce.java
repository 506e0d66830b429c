package org.chagres.simd.reference;

import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/** What {@code simd.reduce} is to give, in double, by plain loops over one line along the middle dimension. */
public final class ReferenceReduce {

  private ReferenceReduce() {}

  /** The line of (outer, length, inner) at an index of (outer, inner). */
  public static double[] line(ReduceShape shape, float[] x, int output) {
    int length = (int) shape.length();
    int inner = (int) shape.inner();
    double[] line = new double[length];
    for (int i = 0; i < length; i++) {
      line[i] = x[(output / inner * length + i) * inner + output % inner];
    }
    return line;
  }

  /** The reduction of a line. */
  public static double reduce(ReduceOp op, double[] x) {
    double sum = 0;
    double squares = 0;
    double product = 1;
    double largest = Double.NEGATIVE_INFINITY;
    double smallest = Double.POSITIVE_INFINITY;
    for (double v : x) {
      sum += v;
      squares += v * v;
      product *= v;
      largest = Math.max(largest, v);
      smallest = Math.min(smallest, v);
    }
    return switch (op) {
      case SUM -> sum;
      case MEAN -> sum / x.length;
      case SUM_SQUARES -> squares;
      case PROD -> product;
      case MAX -> largest;
      case MIN -> smallest;
      case LOGSUMEXP -> logSumExp(x, largest);
    };
  }

  private static double logSumExp(double[] x, double largest) {
    if (Double.isInfinite(largest) || Double.isNaN(largest)) {
      return largest;
    }
    double sum = 0;
    for (double v : x) {
      sum += Math.exp(v - largest);
    }
    return largest + Math.log(sum);
  }

  /** The position of the largest or smallest: the first of equals, a NaN before all. */
  public static int argReduce(boolean largest, double[] x) {
    int best = 0;
    for (int i = 1; i < x.length; i++) {
      boolean better = largest ? x[i] > x[best] : x[i] < x[best];
      if (!Double.isNaN(x[best]) && (better || Double.isNaN(x[i]))) {
        best = i;
      }
    }
    return best;
  }

  /** Mean and variance. */
  public static double[] variance(double correction, double[] x) {
    double mean = reduce(ReduceOp.MEAN, x);
    double squares = 0;
    for (double v : x) {
      squares += (v - mean) * (v - mean);
    }
    return new double[] {mean, squares / Math.max(0, x.length - correction)};
  }

  /** Softmax or its logarithm. */
  public static double[] softmax(boolean log, double[] x) {
    double largest = reduce(ReduceOp.MAX, x);
    double sum = 0;
    for (double v : x) {
      sum += Math.exp(v - largest);
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = log ? x[i] - largest - Math.log(sum) : Math.exp(x[i] - largest) / sum;
    }
    return y;
  }

  /** The gradient of softmax's operand from its result. */
  public static double[] softmaxBackward(boolean log, double[] dy, double[] y) {
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += log ? dy[i] : dy[i] * y[i];
    }
    double[] dx = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      dx[i] = log ? dy[i] - Math.exp(y[i]) * sum : y[i] * (dy[i] - sum);
    }
    return dx;
  }
}

package org.chagres.simd.reference;

import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.PairLoss;

/** Losses of rows and elements, and their derivatives. */
public final class ReferenceLoss {

  private ReferenceLoss() {}

  /** Log-softmax of each row. */
  public static double[] logSoftmax(double[] x, int rows, int classes) {
    double[] y = new double[x.length];
    for (int r = 0; r < rows; r++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        max = Math.max(max, x[r * classes + c]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(x[r * classes + c] - max);
      }
      for (int c = 0; c < classes; c++) {
        y[r * classes + c] = x[r * classes + c] - max - Math.log(sum);
      }
    }
    return y;
  }

  /** Each row's loss from its log-probabilities; 0 where ignored. */
  public static double[] classLosses(ClassLoss s, double[] logs, long[] target, double[] weight) {
    double[] losses = new double[s.rows()];
    for (int r = 0; r < s.rows(); r++) {
      if (target[r] == s.ignoreIndex()) {
        continue;
      }
      int t = (int) target[r];
      losses[r] = -(1 - s.smoothing()) * weight[t] * logs[r * s.classes() + t];
      for (int c = 0; c < s.classes() && s.smoothing() > 0; c++) {
        losses[r] -= s.smoothing() / s.classes() * weight[c] * logs[r * s.classes() + c];
      }
    }
    return losses;
  }

  /** Σ of the labels' weights. */
  public static double labelWeights(ClassLoss s, long[] target, double[] weight) {
    double sum = 0;
    for (long t : target) {
      sum += t == s.ignoreIndex() ? 0 : weight[(int) t];
    }
    return sum;
  }

  /** dx of {@link #classLosses} from the gradient of each row's loss, through softmax if the shape says so. */
  public static double[] classBackward(ClassLoss s, double[] logs, long[] target, double[] weight, double[] g) {
    double[] dx = new double[logs.length];
    for (int r = 0; r < s.rows(); r++) {
      if (target[r] == s.ignoreIndex()) {
        continue;
      }
      double[] dlogs = new double[s.classes()];
      double sum = 0;
      for (int c = 0; c < s.classes(); c++) {
        dlogs[c] = -g[r] * weight[c] * (s.smoothing() / s.classes() + (c == target[r] ? 1 - s.smoothing() : 0));
        sum += dlogs[c];
      }
      for (int c = 0; c < s.classes(); c++) {
        int i = r * s.classes() + c;
        dx[i] = dlogs[c] - (s.softmax() ? Math.exp(logs[i]) * sum : 0);
      }
    }
    return dx;
  }

  /** A loss of a pair with difference d. */
  public static double pair(PairLoss loss, double parameter, double d) {
    double size = Math.abs(d);
    return switch (loss) {
      case MSE -> d * d;
      case L1 -> size;
      case SMOOTH_L1 -> size < parameter ? 0.5 * d * d / parameter : size - 0.5 * parameter;
      case HUBER -> size < parameter ? 0.5 * d * d : parameter * (size - 0.5 * parameter);
    };
  }

  /** Its derivative. */
  public static double pairSlope(PairLoss loss, double parameter, double d) {
    double size = Math.abs(d);
    return switch (loss) {
      case MSE -> 2 * d;
      case L1 -> Math.signum(d);
      case SMOOTH_L1 -> size < parameter ? d / parameter : Math.signum(d);
      case HUBER -> size < parameter ? d : parameter * Math.signum(d);
    };
  }

  /** Binary cross entropy over a logit: -(p·t·ln σ(x) + (1 - t)·ln(1 - σ(x))). */
  public static double logits(double x, double t, double p) {
    // ln σ(x) = -ln(1 + e^-x)
    double positive = x > 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x;
    return p * t * positive + (1 - t) * (positive + x);
  }

  /** Its derivative. */
  public static double logitsSlope(double x, double t, double p) {
    double sigma = 1 / (1 + Math.exp(-x));
    return (1 - t) * sigma - p * t * (1 - sigma);
  }
}

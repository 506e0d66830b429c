package org.chagres.nn.functional;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.chagres.nn.tensor.IndexCheck;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.loss.ClassSaved;
import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Reduction;

/** Losses over classes: cross entropy and negative log-likelihood. */
public final class ClassLosses {

  private ClassLosses() {}

  /**
   * Options of a loss over classes.
   *
   * @param weight of each class, or none
   * @param ignoreIndex a label that counts for nothing
   * @param smoothing label smoothing, 0 to 1 (cross entropy only)
   * @param reduction what becomes of the samples' losses
   */
  public record Options(Optional<Tensor> weight, long ignoreIndex, double smoothing, Reduction reduction) {

    /** No weights, PyTorch's ignored index, no smoothing, mean. */
    public static final Options DEFAULT =
        new Options(Optional.empty(), ClassLoss.IGNORE_INDEX, 0, Reduction.MEAN);
  }

  /**
   * Cross entropy of raw scores.
   *
   * @param x (N, C) or (N, C, ...), f32
   * @param target classes, i64, (N) or (N, ...)
   * @return one value, or the target's shape with {@link Reduction#NONE}
   * @throws IllegalArgumentException if shapes do not fit or a label is no class; names it and its position
   */
  public static Tensor crossEntropy(Tensor x, Tensor target, Options options) {
    return loss("cross_entropy", x, target, options, true);
  }

  /** Negative log-likelihood of log-probabilities; shapes as {@link #crossEntropy}. */
  public static Tensor nll(Tensor x, Tensor target, Options options) {
    return loss("nll_loss", x, target, options, false);
  }

  private static Tensor loss(String name, Tensor x, Tensor target, Options options, boolean softmax) {
    Arguments.f32("input", x);
    if (target.dtype() != DType.I64) {
      throw new IllegalArgumentException("target: expected classes as i64, got " + target.dtype());
    }
    if (x.rank() < 2 || !Arrays.equals(labelShape(x), target.shape())) {
      throw new IllegalArgumentException(
          "expected scores (N, C, ...) and a target (N, ...), got " + Arrays.toString(x.shape()) + " and "
              + Arrays.toString(target.shape()));
    }
    Arguments.onDevice(x, target);
    int classes = x.size(1);
    Tensor rows = classesInside(x);
    Tensor labels = target.contiguous();
    check(labels, classes, options.ignoreIndex());
    ClassLoss s = new ClassLoss(
        Math.toIntExact(target.count()), classes, options.ignoreIndex(), options.smoothing(), options.reduction(),
        softmax);
    Optional<Tensor> weight = Arguments.parameter("weight", options.weight(), x, classes);
    boolean each = options.reduction() == Reduction.NONE;
    int values = each ? s.rows() : 1;
    Tensor out = Tensor.empty(name, DType.F32, x.device(), values + 1);
    Tensor saved = softmax ? rows.freshLike(name) : rows;
    x.backend().loss().classForward(
        s, rows.data(), labels.data(), Arguments.data(weight), saved.data(), out.data());
    Arguments.keep(rows, weight);
    Tensor y = out.slice(0, 0, values).reshape(each ? target.shape() : new int[0]);
    return Tape.record(name, y, Tape.list(x), Tape.list(labels, saved, out), (c, dy) -> {
      Tensor d = dy.contiguous();
      Tensor dx = c.saved(1).freshLike(name);
      ClassSaved kept = new ClassSaved(c.saved(0).data(), Arguments.data(weight), c.saved(1).data());
      d.backend().loss().classBackward(s, kept, c.saved(2).data(), d.data(), dx.data());
      c.gradient(0, classesOutside(dx, x.shape()));
      Arguments.keep(d);
    });
  }

  private static int[] labelShape(Tensor x) {
    int[] s = x.shape();
    int[] out = new int[s.length - 1];
    out[0] = s[0];
    System.arraycopy(s, 2, out, 1, s.length - 2);
    return out;
  }

  /** (N, C, ...) as rows (N·..., C). */
  private static Tensor classesInside(Tensor x) {
    if (x.rank() == 2) {
      return x.contiguous();
    }
    return x.permute(lastMoved(x.rank())).contiguous().reshape(-1, x.size(1)).contiguous();
  }

  private static Tensor classesOutside(Tensor rows, int[] shape) {
    if (shape.length == 2) {
      return rows;
    }
    int[] order = lastMoved(shape.length);
    int[] inside = new int[shape.length];
    int[] back = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      inside[i] = shape[order[i]];
      back[order[i]] = i;
    }
    return rows.reshape(inside).permute(back);
  }

  /** N, the rest, C. */
  private static int[] lastMoved(int rank) {
    int[] order = new int[rank];
    for (int i = 2; i < rank; i++) {
      order[i - 1] = i;
    }
    order[rank - 1] = 1;
    return order;
  }

  private static void check(Tensor labels, int classes, long ignore) {
    IndexCheck.check(labels, classes, OptionalLong.of(ignore), (label, position) -> new IllegalArgumentException(
        "target: label " + label + " at position " + position + " is not one of the classes 0 to " + (classes - 1)));
  }
}

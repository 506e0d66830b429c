package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.norm.Running;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.NormShape;

/** Batch norm (Ioffe and Szegedy, 2015) and layer norm (Ba et al., 2016). */
public final class Normalization {

  private Normalization() {}

  /** Scale and shift of what was normalised; both or none. */
  public record Scale(Optional<Tensor> weight, Optional<Tensor> bias) {

    /** Checks that there are both or none. */
    public Scale {
      if (weight.isPresent() != bias.isPresent()) {
        throw new IllegalArgumentException(
            "scale: expected weight and bias, or none, got a " + (weight.isPresent() ? "weight" : "bias") + " alone");
      }
    }

    Scale dense(Tensor x, int... shape) {
      return new Scale(
          Arguments.parameter("weight", weight, x, shape), Arguments.parameter("bias", bias, x, shape));
    }

    Tensor[] inputs(Tensor x) {
      return weight.isPresent() ? Tape.list(x, weight.get(), bias.get()) : Tape.list(x);
    }

    Affine affine() {
      return new Affine(Arguments.data(weight), Arguments.data(bias));
    }

    /** What backward needs: the moments' source and, so that a change is noticed, the weight. */
    private Tensor[] saved(Tensor x, Tensor mean, Tensor inverseStd) {
      return weight.isPresent() ? Tape.list(x, mean, inverseStd, weight.get()) : Tape.list(x, mean, inverseStd);
    }

    private Affine saved(Tape.Context c) {
      return weight.isPresent() ? new Affine(c.saved(3).data(), Arguments.data(bias)) : affine();
    }
  }

  /** Running mean and variance of a channel, and the share of the new value in their update. */
  public record Statistics(Tensor mean, Tensor variance, double momentum) {

    void check(Tensor x, int channels) {
      for (Tensor t : new Tensor[] {mean, variance}) {
        Tensor dense = Arguments.parameter("running statistics", Optional.of(t), x, channels).get();
        if (dense != t) {
          throw new IllegalArgumentException("running statistics: expected dense tensors, which can be updated");
        }
      }
    }
  }

  /**
   * Batch norm over channels (dimension 1).
   *
   * @param x (N, C) or (N, C, H, W) or (N, C, L)
   * @param given weight and bias (C)
   * @param running statistics (C), or none: then the batch's are always used
   * @param training whether the batch's statistics are used, and the running ones updated
   * @param eps added to the variance
   */
  public static Tensor batchNorm(Tensor x, Scale given, Optional<Statistics> running, boolean training, double eps) {
    Arguments.f32("input", x);
    if (x.rank() < 2) {
      throw new IllegalArgumentException(
          "expected at least 2 dimensions (N, C, ...), got " + Arrays.toString(x.shape()));
    }
    int channels = x.size(1);
    Scale scale = given.dense(x, channels);
    running.ifPresent(r -> r.check(x, channels));
    Tensor in = channelsInside(x);
    boolean batch = training || running.isEmpty();
    NormShape s = new NormShape(Math.toIntExact(x.count() / Math.max(1, channels)), channels, eps);
    if (batch && s.rows() == 1) {
      throw new IllegalArgumentException(
          "expected more than 1 value per channel when training, got " + Arrays.toString(x.shape()));
    }
    Tensor mean = Tensor.empty("batch_norm", DType.F32, x.device(), channels);
    Tensor inverseStd = Tensor.empty("batch_norm", DType.F32, x.device(), channels);
    Moments moments = new Moments(mean.data(), inverseStd.data());
    moments(s, in, running, batch, moments);
    Tensor y = in.freshLike("batch_norm");
    x.backend().norm().batchApply(s, in.data(), moments, scale.affine(), y.data());
    Arguments.keep(in, scale);
    Tensor[] inputs = scale.inputs(x);
    return Tape.record("batch_norm", outside(y, x), inputs, scale.saved(in, mean, inverseStd), (c, dy) -> {
      Tensor d = channelsInside(dy);
      Tensor source = c.saved(0);
      Tensor dx = source.freshLike("batch_norm");
      Moments m = new Moments(c.saved(1).data(), c.saved(2).data());
      boolean affine = inputs.length > 1;
      Tensor dw = affine ? c.into(1, channels) : Tensor.empty("batch_norm", DType.F32, d.device(), channels);
      Tensor db = affine ? c.into(2, channels) : Tensor.empty("batch_norm", DType.F32, d.device(), channels);
      Gradients out = new Gradients(dx.data(), dw.data(), db.data());
      d.backend().norm().batchBackward(s, batch, d.data(), source.data(), m, scale.saved(c), out);
      c.gradient(0, outside(dx, x));
      if (affine) {
        c.gradient(1, dw);
        c.gradient(2, db);
      }
      Arguments.keep(d);
    });
  }

  /** The moments to normalise with: the batch's own, by which running ones are brought up to date, or the running ones. */
  static void moments(NormShape s, Tensor in, Optional<Statistics> running, boolean batch, Moments moments) {
    Running update = NONE;
    if (running.isPresent()) {
      Statistics r = running.get();
      update = new Running(r.mean().data(), r.variance().data(), r.momentum());
    }
    if (!batch) {
      in.backend().norm().runningMoments(s, update, moments);
      return;
    }
    in.backend().norm().batchMoments(s, in.data(), moments, update);
    if (running.isPresent()) {
      running.get().mean().changed();
      running.get().variance().changed();
    }
  }

  private static final Running NONE = new Running(MemorySegment.NULL, MemorySegment.NULL, 0);

  /**
   * Layer norm over the last dimensions.
   *
   * @param x (..., normalised shape)
   * @param shape the normalised shape
   * @param given weight and bias of that shape
   * @param eps added to the variance
   */
  public static Tensor layerNorm(Tensor x, int[] shape, Scale given, double eps) {
    Arguments.f32("input", x);
    int[] full = x.shape();
    int lead = full.length - shape.length;
    if (lead < 0 || !Arrays.equals(Arrays.copyOfRange(full, lead, full.length), shape)) {
      throw new IllegalArgumentException(
          "expected the last dimensions to be " + Arrays.toString(shape) + ", got " + Arrays.toString(full));
    }
    Scale scale = given.dense(x, shape);
    int columns = 1;
    for (int d : shape) {
      columns *= d;
    }
    Tensor in = x.contiguous();
    int rows = Math.toIntExact(x.count() / Math.max(1, columns));
    NormShape s = new NormShape(rows, columns, eps);
    Tensor mean = Tensor.empty("layer_norm", DType.F32, x.device(), rows);
    Tensor inverseStd = Tensor.empty("layer_norm", DType.F32, x.device(), rows);
    Tensor y = in.freshLike("layer_norm");
    x.backend().norm().layerForward(s, in.data(), scale.affine(), new Moments(mean.data(), inverseStd.data()),
        y.data());
    Arguments.keep(in, scale);
    Tensor[] inputs = scale.inputs(x);
    return Tape.record("layer_norm", y, inputs, scale.saved(in, mean, inverseStd), (c, dy) -> {
      Tensor d = dy.contiguous();
      Tensor source = c.saved(0);
      Tensor dx = source.freshLike("layer_norm");
      // One dimension: kernels write row-major, and four dimensions would lie channels-last.
      Tensor dw = Tensor.empty("layer_norm", DType.F32, d.device(), s.columns());
      Tensor db = Tensor.empty("layer_norm", DType.F32, d.device(), s.columns());
      boolean affine = inputs.length > 1;
      Gradients out = affine
          ? new Gradients(dx.data(), dw.data(), db.data())
          : new Gradients(dx.data(), MemorySegment.NULL, MemorySegment.NULL);
      Moments m = new Moments(c.saved(1).data(), c.saved(2).data());
      d.backend().norm().layerBackward(s, d.data(), source.data(), m, scale.saved(c), out);
      c.gradient(0, dx);
      if (affine) {
        c.gradient(1, dw.reshape(shape));
        c.gradient(2, db.reshape(shape));
      }
      Arguments.keep(d);
    });
  }

  /** Dense with the channels innermost in memory, in the shape of x. */
  private static Tensor channelsInside(Tensor x) {
    return switch (x.rank()) {
      case 2 -> x.contiguous();
      case 4 -> x.channelsLast();
      default -> {
        int[] s = x.shape();
        int rest = 1;
        for (int i = 2; i < s.length; i++) {
          rest *= s[i];
        }
        yield x.reshape(s[0], s[1], rest, 1).channelsLast();
      }
    };
  }

  private static Tensor outside(Tensor y, Tensor x) {
    return y.rank() == x.rank() ? y : y.reshape(x.shape());
  }
}

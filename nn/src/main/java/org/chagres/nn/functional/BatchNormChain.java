package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.functional.Normalization.Scale;
import org.chagres.nn.functional.Normalization.Statistics;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.fused.Drop;
import org.chagres.simd.fused.NormPool;
import org.chagres.simd.fused.Normalized;
import org.chagres.simd.fused.Pooled;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.PoolShape.Window;
import org.chagres.simd.shape.Size;

/**
 * Batch norm, ReLU and, after them, max pooling and dropout, as one op: what lies between them is never written. The values are
 * those of the four ops one after another; so are the gradients, but that with pooling or dropout the sums over a channel are added
 * in another order. Saved are the input and the moments; of pooling and dropout a byte an element of the result.
 */
public final class BatchNormChain {

  private static final Window ONE_CELL = new Window(Size.of(1), Size.of(1), Size.of(0), false, true);

  private BatchNormChain() {}

  /**
   * Dropout at the end of a chain.
   *
   * @param p probability of dropping, 0 to 1
   * @param generator where the numbers come from, the same that dropout alone would take
   */
  public record Dropping(double p, Generator generator) {}

  /**
   * What follows the ReLU.
   *
   * @param pool window of a max pooling, if there is one
   * @param dropout dropout after that, if there is one
   */
  public record Tail(Optional<Window> pool, Optional<Dropping> dropout) {

    /** Nothing. */
    public static final Tail NONE = new Tail(Optional.empty(), Optional.empty());

    private boolean isEmpty() {
      return pool.isEmpty() && dropout.isEmpty();
    }
  }

  /** Whether a max pooling of images of this size can be part of a chain; else it is an op of its own, or an error. */
  public static boolean fits(Window window, int h, int w) {
    Size kernel = window.kernel();
    boolean inside = h + 2L * window.padding().h() >= kernel.h() && w + 2L * window.padding().w() >= kernel.w();
    return inside && (long) kernel.h() * kernel.w() <= NormPool.MAX_CELLS;
  }

  /**
   * Computes the chain.
   *
   * @param x (N, C, H, W)
   * @param given weight and bias (C)
   * @param running statistics (C), or none: then the batch's are always used
   * @param training whether the batch's statistics are used, and the running ones updated
   * @param eps added to the variance
   * @param tail what follows the ReLU
   * @return (N, C, H, W), or (N, C, outH, outW) with pooling
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor batchNormRelu(
      Tensor x, Scale given, Optional<Statistics> running, boolean training, double eps, Tail tail) {
    Arguments.image(x, 0);
    int channels = x.size(1);
    Scale scale = given.dense(x, channels);
    if (running.isPresent()) {
      running.get().check(x, channels);
    }
    boolean batch = training || running.isEmpty();
    NormShape s = new NormShape(Math.toIntExact(x.count() / channels), channels, eps);
    if (batch && s.rows() == 1) {
      throw new IllegalArgumentException(
          "expected more than 1 value per channel when training, got " + Arrays.toString(x.shape()));
    }
    Tensor in = x.channelsLast();
    Tensor mean = Tensor.empty("batch_norm", DType.F32, x.device(), channels);
    Tensor inverseStd = Tensor.empty("batch_norm", DType.F32, x.device(), channels);
    Moments moments = new Moments(mean.data(), inverseStd.data());
    Normalization.moments(s, in, running, batch, moments);
    Tensor[] saved = scale.weight().isPresent()
        ? Tape.list(in, mean, inverseStd, scale.weight().get(), scale.bias().get())
        : Tape.list(in, mean, inverseStd);
    Tensor y = tail.isEmpty() ? relu(x, s, batch, scale, saved) : pool(x, batch, scale, tail, saved);
    Arguments.keep(in, scale, mean, inverseStd);
    return y;
  }

  private static Tensor relu(Tensor x, NormShape s, boolean batch, Scale scale, Tensor[] saved) {
    Tensor y = saved[0].freshLike("batch_norm_relu");
    Moments moments = new Moments(saved[1].data(), saved[2].data());
    x.backend().norm().batchApplyRelu(s, saved[0].data(), moments, scale.affine(), y.data());
    return Tape.record("batch_norm_relu", y, scale.inputs(x), saved, (c, dy) -> {
      Tensor d = dy.channelsLast();
      Tensor source = c.saved(0);
      Tensor dx = source.freshLike("batch_norm_relu");
      Sums sums = new Sums(c, saved, s.columns());
      Moments m = new Moments(c.saved(1).data(), c.saved(2).data());
      Gradients out = new Gradients(dx.data(), sums.weight.data(), sums.bias.data());
      d.backend().norm().batchBackwardRelu(s, batch, d.data(), source.data(), m, affine(c, saved), out);
      c.gradient(0, dx);
      sums.handOver(c);
      Arguments.keep(d);
    });
  }

  private static Tensor pool(Tensor x, boolean batch, Scale scale, Tail tail, Tensor[] saved) {
    Window window = tail.pool.isPresent() ? tail.pool.get() : ONE_CELL;
    PoolShape s = PoolShape.of(x.size(0), x.size(1), x.size(2), x.size(3), window);
    Drop drop = tail.dropout.isPresent()
        ? new Drop(tail.dropout.get().generator.take(s.yCount()), tail.dropout.get().p)
        : Drop.NONE;
    Tensor y = Tensor.empty("batch_norm_relu_pool", DType.F32, x.device(), s.n(), s.c(), s.out().h(), s.out().w());
    Normalized in = new Normalized(saved[0].data(), new Moments(saved[1].data(), saved[2].data()), scale.affine());
    Tensor[] inputs = scale.inputs(x);
    if (!Grad.records(inputs)) {
      x.backend().norm().batchPoolForward(s, in, drop, new Pooled(y.data(), MemorySegment.NULL));
      return y;
    }
    Tensor positions =
        Tensor.empty("batch_norm_relu_pool", DType.U8, x.device(), s.n(), s.c(), s.out().h(), s.out().w());
    x.backend().norm().batchPoolForward(s, in, drop, new Pooled(y.data(), positions.data()));
    Tensor[] all = Arrays.copyOf(saved, saved.length + 1);
    all[saved.length] = positions;
    return Tape.record("batch_norm_relu_pool", y, inputs, all, (c, dy) -> {
      Tensor d = dy.channelsLast();
      Tensor source = c.saved(0);
      Tensor dx = source.freshLike("batch_norm_relu_pool");
      Sums sums = new Sums(c, saved, s.c());
      Normalized from = new Normalized(
          source.data(), new Moments(c.saved(1).data(), c.saved(2).data()), affine(c, saved));
      Gradients out = new Gradients(dx.data(), sums.weight.data(), sums.bias.data());
      Pooled g = new Pooled(d.data(), c.saved(saved.length).data());
      d.backend().norm().batchPoolBackward(s, batch, from, g, drop, out);
      c.gradient(0, dx);
      sums.handOver(c);
      Arguments.keep(d);
    });
  }

  private static boolean hasScale(Tensor[] saved) {
    return saved.length > 3;
  }

  private static Affine affine(Tape.Context c, Tensor[] saved) {
    return hasScale(saved) ? new Affine(c.saved(3).data(), c.saved(4).data()) : Affine.NONE;
  }

  /** Where the gradients of weight and bias go; without those to nobody. */
  private static final class Sums {
    final Tensor weight;
    final Tensor bias;
    private final boolean wanted;

    Sums(Tape.Context c, Tensor[] saved, int channels) {
      wanted = hasScale(saved);
      weight = wanted ? c.into(1, channels) : saved[1].freshLike("batch_norm");
      bias = wanted ? c.into(2, channels) : saved[1].freshLike("batch_norm");
    }

    void handOver(Tape.Context c) {
      if (wanted) {
        c.gradient(1, weight);
        c.gradient(2, bias);
      }
    }
  }
}

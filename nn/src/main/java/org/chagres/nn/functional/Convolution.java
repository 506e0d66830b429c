package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.backend.ConvOps;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Size;

/** 2-D convolution (cross-correlation, as in PyTorch). */
public final class Convolution {

  private Convolution() {}

  /** Options of a convolution. */
  public record Options(Size stride, Size padding, Size dilation, int groups) {

    /** Stride 1, no padding, dilation 1, one group. */
    public static final Options DEFAULT = new Options(Size.of(1), Size.of(0), Size.of(1), 1);
  }

  /** As {@link #conv2d(Tensor, Tensor, Optional, Options, PackedWeights)}, packing the weight anew. */
  public static Tensor conv2d(Tensor x, Tensor weight, Optional<Tensor> bias, Options options) {
    return conv2d(x, weight, bias, options, new PackedWeights());
  }

  /**
   * Convolves images with filters.
   *
   * @param x (N, C, H, W)
   * @param weight (K, C / groups, kh, kw)
   * @param bias (K), or none
   * @param options stride, padding, dilation, groups
   * @param packed where the packed weight is kept between calls
   * @return (N, K, outH, outW)
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor conv2d(Tensor x, Tensor weight, Optional<Tensor> bias, Options options, PackedWeights packed) {
    if (weight.rank() != 4) {
      throw new IllegalArgumentException(
          "weight: expected 4 dimensions (K, C / groups, kh, kw), got " + Arrays.toString(weight.shape()));
    }
    Arguments.image(x, weight.size(1) * options.groups());
    Arguments.onDevice(x, weight);
    Arguments.f32("weight", weight);
    Optional<Tensor> b = Arguments.parameter("bias", bias, x, weight.size(0));
    ConvShape s =
        new ConvShape(
            x.size(0),
            x.size(1),
            x.size(2),
            x.size(3),
            weight.size(0),
            new Size(weight.size(2), weight.size(3)),
            options.stride(),
            options.padding(),
            options.dilation(),
            options.groups());
    Tensor in = x.channelsLast();
    ConvOps ops = Autocast.conv(x);
    Tensor w = packed.get(ops, s, ConvPass.FORWARD, weight);
    Tensor y = Tensor.empty("conv2d", DType.F32, x.device(), s.n(), s.k(), s.outH(), s.outW());
    ops.forward(s, in.data(), w.data(), Arguments.data(b), y.data());
    Arguments.keep(in, b);
    Tensor[] inputs = b.isPresent() ? Tape.list(x, weight, b.get()) : Tape.list(x, weight);
    return Tape.record("conv2d", y, inputs, Tape.list(in, weight), (c, dy) -> {
      Tensor d = dy.channelsLast();
      boolean db = inputs.length > 2 && c.needs(2);
      if (c.needs(0)) {
        Tensor dx = Tensor.empty("conv2d", DType.F32, d.device(), s.n(), s.c(), s.h(), s.w());
        Tensor rotated = packed.get(ops, s, ConvPass.BACKWARD_DATA, c.saved(1));
        ops.backwardData(s, d.data(), rotated.data(), dx.data());
        c.gradient(0, dx);
      }
      if (c.needs(1) || db) {
        Tensor dw = c.into(1, s.k(), s.c() / s.groups(), s.kernel().h(), s.kernel().w());
        if (db) {
          Tensor sums = c.into(2, s.k());
          ops.backwardFilter(s, c.saved(0).data(), d.data(), dw.data(), sums.data());
          c.gradient(2, sums);
        } else {
          ops.backwardFilter(s, c.saved(0).data(), d.data(), dw.data(), MemorySegment.NULL);
        }
        c.gradient(1, dw);
      }
      Arguments.keep(d);
    });
  }
}

package org.chagres.nn.modules;

import java.util.Optional;
import org.chagres.nn.functional.Convolution;
import org.chagres.nn.functional.Convolution.Options;
import org.chagres.nn.functional.FoldedNorm;
import org.chagres.nn.functional.PackedWeights;
import org.chagres.nn.init.Init;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.Size;

/**
 * 2-D convolution.
 *
 * <p>Shape: (N, in, H, W) to (N, out, H', W'), H' = ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1. Parameters: {@code
 * weight} (out, in / groups, kh, kw), {@code bias} (out), both uniform in ±1/√(in / groups · kh · kw) at first, as in PyTorch.
 *
 * <pre>{@code new Conv2d(3, 16, 3).padding(1)}</pre>
 */
public final class Conv2d extends Layer {

  private final int in;
  private final int out;
  private final Size kernel;
  private final PackedWeights packed = new PackedWeights();
  private Options options = Options.DEFAULT;
  private Tensor weight;
  private Optional<Tensor> bias;

  /** A square kernel. */
  public Conv2d(int in, int out, int kernel) {
    this(in, out, Size.of(kernel));
  }

  /** A kernel of rows and columns. */
  public Conv2d(int in, int out, int kernelH, int kernelW) {
    this(in, out, new Size(kernelH, kernelW));
  }

  private Conv2d(int in, int out, Size kernel) {
    option(in > 0, "in", "1 or more", in);
    option(out > 0, "out", "1 or more", out);
    option(kernel.h() > 0 && kernel.w() > 0, "kernel", "1 or more", kernel);
    this.in = in;
    this.out = out;
    this.kernel = kernel;
    weight = parameter("weight", Init.uniformFanIn(in * kernel.h() * kernel.w(), out, in, kernel.h(), kernel.w()));
    bias = Optional.of(parameter("bias", Init.uniformFanIn(in * kernel.h() * kernel.w(), out)));
  }

  /** Step of the filter. */
  public Conv2d stride(int both) {
    return stride(both, both);
  }

  /** Step of the filter, down and across. */
  public Conv2d stride(int h, int w) {
    option(h > 0 && w > 0, "stride", "1 or more", new Size(h, w));
    options = new Options(new Size(h, w), options.padding(), options.dilation(), options.groups());
    return this;
  }

  /** Zeros around the image. */
  public Conv2d padding(int both) {
    return padding(both, both);
  }

  /** Zeros above and below, left and right. */
  public Conv2d padding(int h, int w) {
    option(h >= 0 && w >= 0, "padding", "0 or more", new Size(h, w));
    options = new Options(options.stride(), new Size(h, w), options.dilation(), options.groups());
    return this;
  }

  /** Distance between the filter's taps. */
  public Conv2d dilation(int both) {
    return dilation(both, both);
  }

  /** Distance between the filter's taps, down and across. */
  public Conv2d dilation(int h, int w) {
    option(h > 0 && w > 0, "dilation", "1 or more", new Size(h, w));
    options = new Options(options.stride(), options.padding(), new Size(h, w), options.groups());
    return this;
  }

  /** Groups of channels; {@code in} for a depthwise convolution. The weight is drawn anew in its new shape. */
  public Conv2d groups(int groups) {
    option(groups > 0 && in % groups == 0 && out % groups == 0, "groups", "a divisor of " + in + " and " + out, groups);
    options = new Options(options.stride(), options.padding(), options.dilation(), groups);
    int fan = in / groups * kernel.h() * kernel.w();
    weight = replaceParameter("weight", Init.uniformFanIn(fan, out, in / groups, kernel.h(), kernel.w()));
    if (bias.isPresent()) {
      bias = Optional.of(replaceParameter("bias", Init.uniformFanIn(fan, out)));
    }
    return this;
  }

  /** With or without a bias. */
  public Conv2d bias(boolean on) {
    if (!on) {
      removeParameter("bias");
      bias = Optional.empty();
    } else if (bias.isEmpty()) {
      int fan = in / options.groups() * kernel.h() * kernel.w();
      bias = Optional.of(parameter("bias", Init.uniformFanIn(fan, out)));
    }
    return this;
  }

  /** (out, in / groups, kh, kw). */
  public Tensor weight() {
    return weight;
  }

  /** (out), if it has one. */
  public Optional<Tensor> bias() {
    return bias;
  }

  /** Whether the norm that follows can be folded into its weight: in evaluation by running statistics, with nothing recorded. */
  boolean foldsWith(BatchNorm2d norm, Tensor x) {
    return norm.folds(out) && !Grad.records(x, weight, bias.orElse(weight), norm.weight().orElse(weight),
        norm.bias().orElse(weight));
  }

  /** Itself, the norm that follows and perhaps a ReLU as one convolution. */
  Tensor folded(Tensor x, BatchNorm2d norm, boolean relu, FoldedNorm fold) {
    try {
      return fold.conv2d(x, norm.foldInto(weight, bias), options, relu);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path() + ": " + e.getMessage(), e);
    }
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Convolution.conv2d(x, weight, bias, options, packed);
  }

  @Override
  protected long flops(Tensor x, Tensor y) {
    return 2L * y.count() * (in / options.groups()) * kernel.h() * kernel.w();
  }

  @Override
  protected String options() {
    StringBuilder text = new StringBuilder(in + ", " + out + ", kernel=" + kernel + ", stride=" + options.stride());
    if (!options.padding().equals(Size.of(0))) {
      text.append(", padding=").append(options.padding());
    }
    if (!options.dilation().equals(Size.of(1))) {
      text.append(", dilation=").append(options.dilation());
    }
    if (options.groups() != 1) {
      text.append(", groups=").append(options.groups());
    }
    return text.append(bias.isPresent() ? "" : ", bias=false").toString();
  }
}

package org.chagres.nn.functional;

import java.util.Optional;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.functional.Normalization.Scale;
import org.chagres.nn.functional.Normalization.Statistics;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.shape.UnaryOp;

/**
 * A convolution and the batch norm after it as one convolution, in evaluation: the norm's scale goes into the filters, its shift into
 * the bias. Worked out once per change of what it is made of. The results differ from those of the two by the rounding of the folded
 * weights, some 2e-7 of the sum of the products' magnitudes.
 */
public final class FoldedNorm {

  private static final Unary RELU = Unary.of(UnaryOp.RELU);

  private Folded folded;

  /** Nothing folded yet. */
  public FoldedNorm() {}

  /** What the two are made of. */
  public record Parts(Tensor weight, Optional<Tensor> bias, Scale scale, Statistics statistics, double eps) {

    private Tensor at(int i) {
      return switch (i) {
        case 0 -> weight;
        case 1 -> statistics.mean();
        case 2 -> statistics.variance();
        case 3 -> bias.orElse(weight);
        case 4 -> scale.weight().orElse(weight);
        default -> scale.bias().orElse(weight);
      };
    }
  }

  private static final class Folded {
    final PackedWeights packed = new PackedWeights();
    final Tensor[] sources = new Tensor[6];
    final int[] changes = new int[6];
    final Tensor weight;
    final Tensor bias;
    double eps;

    Folded(Parts p) {
      try (Scope none = Scope.suspend()) {
        weight = p.weight.contiguous().freshLike("folded weight");
        bias = weight.fresh("folded bias", p.weight.size(0));
      }
      fill(p);
    }

    void fill(Parts p) {
      for (int i = 0; i < sources.length; i++) {
        sources[i] = p.at(i);
        changes[i] = sources[i].changes();
      }
      eps = p.eps;
      int k = p.weight.size(0);
      try (Scope scope = Scope.open();
          Grad off = Grad.disabled()) {
        Tensor factor = p.statistics.variance().add(eps).sqrt().reciprocal();
        if (p.scale.weight().isPresent()) {
          factor = factor.mul(p.scale.weight().get());
        }
        Tensor shift = p.statistics.mean().mul(factor);
        Tensor own = p.bias.isPresent() ? p.bias.get().mul(factor).sub(shift) : shift.mul(-1);
        bias.copyFrom(p.scale.bias().isPresent() ? own.add(p.scale.bias().get()) : own);
        weight.copyFrom(p.weight.mul(factor.reshape(k, 1, 1, 1)));
      }
    }

    boolean fits(Parts p) {
      boolean same = eps == p.eps && weight.device().equals(p.weight.device());
      for (int i = 0; same && i < sources.length; i++) {
        same = sources[i] == p.at(i) && changes[i] == sources[i].changes();
      }
      return same;
    }
  }

  /**
   * The convolution, with the norm and perhaps a ReLU. Nothing is recorded for backward.
   *
   * @param x (N, C, H, W)
   * @param parts of the convolution and the norm
   * @param options stride, padding, dilation, groups
   * @param relu whether what is under zero becomes zero
   * @return (N, K, outH, outW)
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public Tensor conv2d(Tensor x, Parts parts, Convolution.Options options, boolean relu) {
    Folded f = Recorder.current() == null ? fold(parts) : recorded(parts);
    try (Grad off = Grad.disabled()) {
      Tensor y = Convolution.conv2d(x, f.weight, Optional.of(f.bias), options, f.packed);
      if (relu) {
        y.backend().elementwise().unary(RELU, y.count(), y.data(), y.data());
      }
      return y;
    }
  }

  private synchronized Folded fold(Parts parts) {
    if (folded == null || !folded.fits(parts)) {
      folded = new Folded(parts);
    }
    return folded;
  }

  /** One of its own for a step that is recorded, filled anew at a replay that finds something changed. */
  private static Folded recorded(Parts parts) {
    Folded[] own = new Folded[1];
    Recorder.host(() -> {
      if (own[0] == null) {
        own[0] = new Folded(parts);
      } else if (!own[0].fits(parts)) {
        own[0].fill(parts);
      }
    });
    return own[0];
  }
}

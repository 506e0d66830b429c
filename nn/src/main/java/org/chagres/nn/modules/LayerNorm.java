package org.chagres.nn.modules;

import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.functional.Normalization;
import org.chagres.nn.functional.Normalization.Scale;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;

/**
 * Layer norm over the last dimensions (Ba et al., 2016).
 *
 * <p>Shape: (..., normalised shape), kept. Parameters: {@code weight} (ones) and {@code bias} (zeros) of the normalised shape.
 */
public final class LayerNorm extends Layer {

  private final int[] shape;
  private Scale scale;
  private double eps = 1e-5;

  /** Over dimensions of these sizes. */
  public LayerNorm(int... normalizedShape) {
    option(normalizedShape.length > 0, "normalized shape", "at least one size", Arrays.toString(normalizedShape));
    for (int d : normalizedShape) {
      option(d > 0, "normalized shape", "sizes of 1 or more", Arrays.toString(normalizedShape));
    }
    shape = normalizedShape.clone();
    addScale();
  }

  private void addScale() {
    try (Scope none = Scope.suspend()) {
      scale = new Scale(
          Optional.of(parameter("weight", Tensor.ones(shape).contiguous())),
          Optional.of(parameter("bias", Tensor.zeros(shape).contiguous())));
    }
  }

  /** Added to the variance; 1e-5 unless set. */
  public LayerNorm eps(double value) {
    option(value >= 0, "eps", "0 or more", value);
    eps = value;
    return this;
  }

  /** With or without weight and bias. */
  public LayerNorm elementwiseAffine(boolean on) {
    if (on && scale.weight().isEmpty()) {
      addScale();
    } else if (!on) {
      removeParameter("weight");
      removeParameter("bias");
      scale = new Scale(Optional.empty(), Optional.empty());
    }
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Normalization.layerNorm(x, shape, scale, eps);
  }

  @Override
  protected String options() {
    return Arrays.toString(shape) + ", eps=" + eps + ", elementwise_affine=" + scale.weight().isPresent();
  }
}

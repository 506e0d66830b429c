package org.chagres.nn.modules;

import org.chagres.nn.functional.Pooling;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.Size;

/** The mean of windows that cut an image into so many rows and columns. Shape: (N, C, H, W) to (N, C, rows, columns). */
public final class AdaptiveAvgPool2d extends Layer {

  private final Size out;

  /** A square output. */
  public AdaptiveAvgPool2d(int side) {
    this(side, side);
  }

  /** Output rows and columns. */
  public AdaptiveAvgPool2d(int rows, int columns) {
    option(rows > 0 && columns > 0, "output size", "1 or more", new Size(rows, columns));
    out = new Size(rows, columns);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Pooling.adaptiveAvgPool2d(x, out);
  }

  @Override
  protected String options() {
    return "output=" + out;
  }
}

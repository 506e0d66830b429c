package org.chagres.nn.modules;

import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;

/** A vector for each of a number of indices. Shape: i64 (...) to (..., width). Parameter: {@code weight} (count, width), normal. */
public final class Embedding extends Layer {

  private final Tensor weight;

  /** So many vectors of a width. */
  public Embedding(int count, int width) {
    option(count > 0, "count", "1 or more", count);
    option(width > 0, "width", "1 or more", width);
    try (Scope none = Scope.suspend()) {
      weight = parameter("weight", Generator.standard().normal(0, 1, count, width));
    }
  }

  /** (count, width). */
  public Tensor weight() {
    return weight;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return weight.indexSelect(x);
  }

  @Override
  protected String options() {
    return weight.size(0) + ", " + weight.size(1);
  }
}

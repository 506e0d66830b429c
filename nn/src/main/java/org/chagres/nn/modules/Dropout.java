package org.chagres.nn.modules;

import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tensor;

/** In training, sets each element to 0 with probability p and scales the others by 1 / (1 - p); in evaluation, nothing. */
public final class Dropout extends Layer {

  private final double p;

  /** Half are dropped. */
  public Dropout() {
    this(0.5);
  }

  /** Dropped with probability p. */
  public Dropout(double p) {
    option(p >= 0 && p <= 1, "p", "a probability from 0 to 1", p);
    this.p = p;
  }

  /** Probability of a zero. */
  double probability() {
    return p;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return isTraining() ? org.chagres.nn.functional.Dropout.dropout(x, p, Generator.standard()) : x;
  }

  @Override
  protected String options() {
    return "p=" + p;
  }
}

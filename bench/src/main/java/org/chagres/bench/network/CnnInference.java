package org.chagres.bench.network;

import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.model.Cnn;

/** Forward passes of the case-study network in evaluation, on one random batch, with nothing recorded. */
public final class CnnInference {

  private final Cnn network = new Cnn();
  private final Tensor x;

  /** With so many images at a time. */
  public CnnInference(int batch) {
    x = new Generator(1).normal(0, 1, batch, 3, 32, 32);
    network.eval();
  }

  /** One pass. */
  public void run() {
    try (Grad off = Grad.disabled();
        Scope scope = Scope.open()) {
      network.forward(x);
    }
  }

  /** The pass recorded and replayed, as a service repeats it. */
  public Runnable steady() {
    Recorded pass = new Recorded(in -> {
      try (Grad off = Grad.disabled()) {
        return new Tensor[] {network.forward(in[0])};
      }
    });
    return () -> pass.run(x);
  }
}

package org.chagres.bench.network;

import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.model.Cnn;
import org.chagres.train.optim.AdamW;

/** Training of the case-study network on one random batch: AdamW at 1e-3, cross entropy. */
public final class CnnTraining {

  private final Cnn network = new Cnn();
  private final CrossEntropyLoss criterion = new CrossEntropyLoss();
  private final AdamW optimizer = new AdamW(network.parameters(), 1e-3);
  private final Tensor x;
  private final Tensor y;

  /** With so many images a step. */
  public CnnTraining(int batch) {
    Generator random = new Generator(1);
    x = random.normal(0, 1, batch, 3, 32, 32);
    y = random.integers(0, 10, batch);
    network.train();
  }

  /** One step, all of it. */
  public void step() {
    try (Scope scope = Scope.open()) {
      optimizer.zeroGrad();
      criterion.forward(network.forward(x), y).backward();
      optimizer.step();
    }
  }

  /** The step recorded and replayed, as a long run repeats it: what garbage is counted of. */
  public Runnable steady() {
    Recorded step = new Recorded(in -> {
      optimizer.zeroGrad();
      Tensor loss = criterion.forward(network.forward(in[0]), in[1]);
      loss.backward();
      optimizer.step();
      return new Tensor[] {loss};
    });
    return () -> step.run(x, y);
  }
}

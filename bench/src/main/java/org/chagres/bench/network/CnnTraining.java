package org.chagres.bench.network;

import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.model.Cnn;
import org.chagres.train.optim.AdamW;

/** Training of the case-study network on one random batch: AdamW at 1e-3, cross entropy. */
public final class CnnTraining {

  private final Cnn network = new Cnn();
  private final boolean bf16;
  private final CrossEntropyLoss criterion = new CrossEntropyLoss();
  private final AdamW optimizer;
  private final Tensor x;
  private final Tensor y;

  /** With so many images a step, on the CPU. */
  public CnnTraining(int batch) {
    this(batch, Device.cpu(), false);
  }

  /** With so many images a step on a device, products and convolutions in bf16 if wanted. */
  public CnnTraining(int batch, Device device, boolean bf16) {
    this.bf16 = bf16;
    network.to(device);
    optimizer = new AdamW(network.parameters(), 1e-3);
    Generator random = new Generator(1);
    x = random.normal(0, 1, batch, 3, 32, 32).to(device);
    y = random.integers(0, 10, batch).to(device);
    network.train();
  }

  /** One step, all of it. */
  public void step() {
    try (Scope scope = Scope.open()) {
      step(x, y);
    }
  }

  private Tensor step(Tensor images, Tensor labels) {
    optimizer.zeroGrad();
    Tensor loss;
    try (Autocast cast = bf16 ? Autocast.bf16() : Autocast.disabled()) {
      loss = criterion.forward(network.forward(images), labels);
    }
    loss.backward();
    optimizer.step();
    return loss;
  }

  private Recorded recorded() {
    return new Recorded(in -> new Tensor[] {step(in[0], in[1])});
  }

  /** The step recorded and replayed, as a long run repeats it: what garbage is counted of. */
  public Runnable steady() {
    Recorded step = recorded();
    return () -> step.run(x, y);
  }

  /** Calls of the backend that a step makes. */
  public int calls() {
    try (Recorded step = recorded()) {
      while (!step.isReadyFor(x, y)) {
        step.run(x, y);
      }
      return step.calls(x, y);
    }
  }

  /** Waits for a device that still works on steps. */
  public void finish() {
    y.slice(0, 0, 1).item();
  }
}

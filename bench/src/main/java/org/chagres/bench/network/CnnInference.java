package org.chagres.bench.network;

import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.model.Cnn;

/** Forward passes of the case-study network in evaluation, on one random batch, with nothing recorded. */
public final class CnnInference {

  private final Cnn network = new Cnn();
  private final Tensor x;

  /** With so many images at a time, on the CPU. */
  public CnnInference(int batch) {
    this(batch, Device.cpu());
  }

  /** With so many images at a time on a device. */
  public CnnInference(int batch, Device device) {
    network.to(device);
    x = new Generator(1).normal(0, 1, batch, 3, 32, 32).to(device);
    network.eval();
  }

  /** One pass; on a device it is queued. */
  public void run() {
    try (Grad off = Grad.disabled();
        Scope scope = Scope.open()) {
      network.forward(x);
    }
  }

  /** Waits for a device that still works on passes. */
  public void finish() {
    x.slice(0, 0, 1).slice(1, 0, 1).slice(2, 0, 1).slice(3, 0, 1).item();
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

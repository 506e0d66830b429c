package org.chagres.train.model;

import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Tensor;

/** Two layers with dropout between them, over flattened images. Shape: (N, ...) to (N, classes). */
public final class Mlp extends Module {

  private final Sequential net;

  /** From so many values an image to so many classes. */
  public Mlp(int inputs, int classes) {
    net = register("net", new Sequential(
        new Flatten(), new Linear(inputs, 256), new ReLU(), new Dropout(0.2), new Linear(256, classes)));
  }

  @Override
  public Tensor forward(Tensor x) {
    return net.forward(x);
  }
}

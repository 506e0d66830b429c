package org.chagres.train.model;

import java.util.List;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Tensor;

/** 3×3 convolution with padding 1 and bias, batch norm, ReLU. Shape: (N, in, H, W) to (N, out, H, W). */
public final class ConvBlock extends Module {

  private final Sequential block;

  /** From so many channels to so many. */
  public ConvBlock(int in, int out) {
    block = register("block", new Sequential(new Conv2d(in, out, 3).padding(1), new BatchNorm2d(out), new ReLU()));
  }

  @Override
  public List<Module> chain() {
    return block.chain();
  }

  @Override
  public Tensor forward(Tensor x) {
    return block.forward(x);
  }
}

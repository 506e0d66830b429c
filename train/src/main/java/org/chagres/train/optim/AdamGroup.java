package org.chagres.train.optim;

import org.chagres.simd.optim.AdamOptions;

/** A group's options as Adam's kernel asks for them, at the time it runs. */
record AdamGroup(ParameterGroup group, Optimizer.Span run, boolean decoupled) implements AdamOptions {

  @Override
  public double lr() {
    return group.get("lr");
  }

  @Override
  public double beta1() {
    return group.get("beta1");
  }

  @Override
  public double beta2() {
    return group.get("beta2");
  }

  @Override
  public double eps() {
    return group.get("eps");
  }

  @Override
  public double weightDecay() {
    return group.get("weight_decay");
  }

  @Override
  public boolean maximize() {
    return group.is("maximize");
  }

  @Override
  public long step() {
    return run.step();
  }
}

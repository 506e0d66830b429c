package org.chagres.nn.modules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.chagres.nn.tensor.Tensor;

/**
 * Modules one after another, under the names 0, 1, ... or names given.
 *
 * <p>Neighbours that are known together are run together, with fewer passes over memory: Conv2d, BatchNorm2d, ReLU and, where they
 * follow, MaxPool2d and Dropout. It sees through a {@code Sequential} inside and through modules that say what they are made of
 * ({@link Module#chain}). The results are those of the modules one after another, to the bit in training's forward pass and in
 * evaluation where gradients are recorded; with pooling or dropout the sums of the norm's gradient are added in another order, and in
 * evaluation without gradients a norm is folded into the convolution before it, either a matter of the last digits ({@link
 * org.chagres.nn.functional.FoldedNorm}). {@link #fusion} turns it off.
 */
public final class Sequential extends Module {

  private record Plan(int structure, Chains chains) {}

  private volatile Plan plan = new Plan(-1, new Chains(List.of()));
  private volatile boolean fusion = true;

  /** In this order. */
  public Sequential(Module... modules) {
    for (int i = 0; i < modules.length; i++) {
      register(Integer.toString(i), modules[i]);
    }
  }

  /** In the map's order, under its names. */
  public Sequential(Map<String, ? extends Module> modules) {
    modules.forEach(this::register);
  }

  /** Adds a module at the end. */
  public Sequential append(Module module) {
    register(Integer.toString(size()), module);
    return this;
  }

  /** Number of modules. */
  public int size() {
    return children().size();
  }

  /** The module at a place, from 0. */
  public Module get(int index) {
    return ModuleList.at(children(), index);
  }

  /** Whether neighbours are run together, here and in every {@code Sequential} below; on unless turned off. */
  public Sequential fusion(boolean on) {
    for (Module m : namedModules().values()) {
      if (m instanceof Sequential s) {
        s.fusion = on;
      }
    }
    restructured();
    return this;
  }

  /** The chains of its modules, one after another; itself alone where fusion is off. */
  @Override
  public List<Module> chain() {
    if (!fusion) {
      return List.of(this);
    }
    List<Module> all = new ArrayList<>();
    for (Module m : children().values()) {
      all.addAll(m.chain());
    }
    return all;
  }

  @Override
  public Tensor forward(Tensor x) {
    if (fusion && !Summary.isWatching()) {
      return chains().run(x);
    }
    Tensor y = x;
    for (Module m : children().values()) {
      y = m.forward(y);
    }
    return y;
  }

  private Chains chains() {
    int now = structure();
    Plan p = plan;
    if (p.structure != now) {
      p = new Plan(now, new Chains(chain()));
      plan = p;
    }
    return p.chains;
  }
}

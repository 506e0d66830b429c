package org.chagres.nn.modules;

import java.util.Map;
import org.chagres.nn.tensor.Tensor;

/** Modules one after another, under the names 0, 1, ... or names given. */
public final class Sequential extends Module {

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

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x;
    for (Module m : children().values()) {
      y = m.forward(y);
    }
    return y;
  }
}

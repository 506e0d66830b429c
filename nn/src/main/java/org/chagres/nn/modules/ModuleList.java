package org.chagres.nn.modules;

import java.util.Iterator;
import java.util.Map;
import org.chagres.nn.tensor.Tensor;

/** Modules in a list, for a {@code forward} of one's own. */
public final class ModuleList extends Module implements Iterable<Module> {

  /** In this order. */
  public ModuleList(Module... modules) {
    for (Module m : modules) {
      append(m);
    }
  }

  /** Adds a module at the end. */
  public ModuleList append(Module module) {
    register(Integer.toString(size()), module);
    return this;
  }

  /** Number of modules. */
  public int size() {
    return children().size();
  }

  /** The module at a place, from 0. */
  public Module get(int index) {
    return at(children(), index);
  }

  @Override
  public Iterator<Module> iterator() {
    return children().values().iterator();
  }

  /** A list computes nothing itself. */
  @Override
  public Tensor forward(Tensor x) {
    throw new UnsupportedOperationException(path() + ": a ModuleList has no forward; call its modules");
  }

  static Module at(Map<String, Module> modules, int index) {
    if (index < 0 || index >= modules.size()) {
      throw new IndexOutOfBoundsException("module " + index + " of " + modules.size());
    }
    Iterator<Module> i = modules.values().iterator();
    for (int skip = index; skip > 0; skip--) {
      i.next();
    }
    return i.next();
  }
}

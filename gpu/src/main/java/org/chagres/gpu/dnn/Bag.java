package org.chagres.gpu.dnn;

import java.util.ArrayList;
import java.util.List;

/** Descriptors that are closed together, the last made first, as one refers to those before it. */
final class Bag implements AutoCloseable {

  private final List<Descriptor> descriptors = new ArrayList<>();

  Descriptor make(int type, String what) {
    Descriptor made = new Descriptor(type, what);
    descriptors.add(made);
    return made;
  }

  @Override
  public void close() {
    descriptors.reversed().forEach(Descriptor::close);
    descriptors.clear();
  }
}

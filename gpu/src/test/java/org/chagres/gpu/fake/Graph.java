package org.chagres.gpu.fake;

import java.util.List;

/** A graph, what a capture recorded. */
record Graph(List<Work> works) implements Owned {

  @Override
  public String kind() {
    return "graph";
  }

  /** A graph ready for launches. */
  static final class Executable implements Owned {

    private List<Work> works;

    Executable(List<Work> works) {
      this.works = works;
    }

    @Override
    public String kind() {
      return "executable graph";
    }

    List<Work> works() {
      return works;
    }

    void works(List<Work> other) {
      works = other;
    }
  }
}

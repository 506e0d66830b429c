package org.chagres.nn.tensor;

import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.Backends;

/** Where a tensor lies and its ops run. */
public final class Device {

  private static final Device CPU = new Device("cpu", 0, Backends.of("cpu", 0));

  private final String kind;
  private final int index;
  private final Backend backend;

  private Device(String kind, int index, Backend backend) {
    this.kind = kind;
    this.index = index;
    this.backend = backend;
  }

  /** The CPU. */
  public static Device cpu() {
    return CPU;
  }

  /**
   * A GPU, from 0.
   *
   * @throws IllegalArgumentException if there is none; the message says why
   */
  public static Device cuda(int index) {
    return of("cuda:" + index);
  }

  /**
   * A device by its name: {@code cpu}, {@code cuda}, {@code cuda:1}.
   *
   * @throws IllegalArgumentException if the name is none, or there is no such device here; the message says why
   */
  public static Device of(String name) {
    int colon = name.indexOf(':');
    String kind = colon < 0 ? name : name.substring(0, colon);
    int index = 0;
    if (colon >= 0) {
      try {
        index = Integer.parseInt(name.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("device " + name + ": expected a name like cpu or cuda:0", e);
      }
    }
    Backend backend = Backends.of(kind, index);
    return backend == CPU.backend ? CPU : new Device(kind, index, backend);
  }

  /** Its kernels. */
  public Backend backend() {
    return backend;
  }

  /** Its kind, without the index. */
  public String kind() {
    return kind;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Device d && d.backend == backend;
  }

  @Override
  public int hashCode() {
    return backend.hashCode();
  }

  @Override
  public String toString() {
    return kind.equals("cpu") ? "cpu" : kind + ":" + index;
  }
}

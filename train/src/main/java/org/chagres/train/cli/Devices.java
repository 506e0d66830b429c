package org.chagres.train.cli;

import org.chagres.nn.tensor.Device;

/** The option {@code --device}. */
final class Devices {

  static final String OPTION = "--device";
  static final String DESCRIPTION = "Where to compute: cpu, cuda (the first GPU) or cuda:N.";

  private Devices() {}

  /**
   * The device of a name.
   *
   * @throws UsageException if it is none, or cannot be used here; the message says why
   */
  static Device of(String name) {
    try {
      return Device.of(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException(OPTION + " " + name + ": " + e.getMessage());
    }
  }
}

package org.chagres.nn.state;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that is not a sound safetensors file. The message names the file, the tensor where there is one, and the
 * value.
 */
public final class SafetensorsException extends StateException {
  private static final long serialVersionUID = 1L;

  private final String tensor;

  SafetensorsException(Path path, String reason) {
    super(path, reason);
    this.tensor = "";
  }

  SafetensorsException(Path path, String tensor, String reason) {
    super(path, "tensor " + quote(tensor) + ": " + reason);
    this.tensor = tensor;
  }

  SafetensorsException(Path path, String attempt, IOException cause) {
    super(path, attempt, cause);
    this.tensor = "";
  }

  /** The name of the tensor at fault, empty where the file as a whole is. */
  public String tensor() {
    return tensor;
  }

  /** A string of a file as a message may show it: quoted, cut to 100 characters, control characters replaced. */
  static String quote(String text) {
    String cut = text.length() <= 100 ? text : text.substring(0, 100) + "...";
    return '"' + cut.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?") + '"';
  }
}

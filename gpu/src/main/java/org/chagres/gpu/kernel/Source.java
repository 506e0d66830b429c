package org.chagres.gpu.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A source in CUDA C++, a family of kernels that are compiled together. */
public enum Source {
  /** Functions of one operand. */
  UNARY("unary.cu"),
  /** Functions of two operands, f32. */
  BINARY("strided.cuh", "binary.cu"),
  /** Functions of two operands, other types. */
  BINARY_WIDE("strided.cuh", "binary_wide.cu"),
  /** Comparisons. */
  COMPARE("strided.cuh", "compare.cu"),
  /** Copies, transposes, filling. */
  COPY("strided.cuh", "copy.cu"),
  /** Conversions of type. */
  CAST("cast.cu"),
  /** Random numbers. */
  RANDOM("philox.cuh", "random.cu"),
  /** Reductions. */
  REDUCE("reduce.cu"),
  /** Softmax. */
  SOFTMAX("softmax.cu"),
  /** Losses. */
  LOSS("loss.cu"),
  /** Optimizer steps. */
  OPTIM("optim.cu"),
  /** Batch norm. */
  NORM("columns.cuh", "norm.cu"),
  /** Layer norm. */
  LAYER("columns.cuh", "layer.cu"),
  /** Pooling. */
  POOL("windows.cuh", "pool.cu"),
  /** Batch norm, ReLU, max pooling and dropout in one. */
  FUSED("philox.cuh", "columns.cuh", "windows.cuh", "fused.cu"),
  /** Rows by index. */
  INDEX("index.cu"),
  /** Images of bytes to floats. */
  IMAGE("windows.cuh", "image.cu");

  private static final List<String> OPTIONS = List.of("--std=c++17", "--device-as-default-execution-space");

  private final List<String> files;

  Source(String... files) {
    this.files = List.of(files);
  }

  /** What NVRTC is to be told, beside the architecture. */
  public static List<String> options() {
    return OPTIONS;
  }

  /** The name for messages of the compiler. */
  public String fileName() {
    return files.getLast();
  }

  /** The whole text: what all share, then this family's files. */
  public String text() {
    StringBuilder text = new StringBuilder();
    append(text, "common.cuh");
    files.forEach(file -> append(text, file));
    return text.toString();
  }

  private static void append(StringBuilder text, String file) {
    // So that the compiler's messages name the file and its line.
    text.append("#line 1 \"").append(file).append("\"\n");
    try (InputStream in = Source.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("kernel source " + file + " is missing from the jar");
      }
      text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("kernel source " + file, e);
    }
  }
}

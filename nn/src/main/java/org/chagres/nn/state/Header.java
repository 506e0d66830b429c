package org.chagres.nn.state;

import java.util.List;
import java.util.SequencedMap;

/**
 * The checked header of a file.
 *
 * @param dataStart where the elements start, in bytes from the start of the file
 * @param tensors the tensors, by offset
 * @param metadata the free-form strings
 */
record Header(long dataStart, List<Tensor> tensors, SequencedMap<String, String> metadata) {

  /** The longest header there may be, in bytes: the format's own limit. */
  static final long MAX_BYTES = 100_000_000;

  /** The key of the free-form strings; no tensor may have this name. */
  static final String METADATA = "__metadata__";

  /**
   * A tensor.
   *
   * @param name its name
   * @param type its element type
   * @param shape its shape
   * @param begin where its elements start, in bytes from {@link #dataStart}
   * @param end where they end
   */
  record Tensor(String name, StoredType type, long[] shape, long begin, long end) {}
}

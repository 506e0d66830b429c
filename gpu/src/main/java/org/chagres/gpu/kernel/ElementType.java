package org.chagres.gpu.kernel;

import java.util.Locale;

/** Types of elements in device memory; their names end the names of kernels. */
public enum ElementType {
  /** 32-bit float. */
  F32(4),
  /** 64-bit float. */
  F64(8),
  /** 64-bit integer. */
  I64(8),
  /** 32-bit integer. */
  I32(4),
  /** Unsigned byte. */
  U8(1),
  /** A byte of 1 or 0. */
  BOOL(1),
  /** The upper half of a 32-bit float; only converted here. */
  BF16(2);

  private final int bytes;
  private final String suffix;

  ElementType(int bytes) {
    this.bytes = bytes;
    this.suffix = name().toLowerCase(Locale.ROOT);
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }

  String suffix() {
    return suffix;
  }
}

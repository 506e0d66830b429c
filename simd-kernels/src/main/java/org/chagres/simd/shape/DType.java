package org.chagres.simd.shape;

/** Element types. */
public enum DType {
  /** 32-bit float: what kernels compute in. */
  F32(4),
  /** 64-bit float. */
  F64(8),
  /** 64-bit integer: labels and indices. */
  I64(8),
  /** 32-bit integer. */
  I32(4),
  /** Unsigned byte: images. */
  U8(1),
  /** True or false in a byte of 1 or 0. */
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }

  /** Whether it is a float type, the only ones that carry gradients. */
  public boolean isFloat() {
    return this == F32 || this == F64;
  }
}

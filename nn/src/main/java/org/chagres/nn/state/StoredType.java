package org.chagres.nn.state;

import java.util.Optional;
import org.chagres.simd.shape.DType;

/**
 * Element types of a safetensors file that can be read and written.
 *
 * <p>The order is that of the format's reference implementation: files are written from the last to the first, so that
 * every tensor is aligned to its element.
 */
public enum StoredType {
  /** True or false in a byte of 1 or 0. */
  BOOL(1),
  /** Unsigned byte. */
  U8(1),
  /** Signed byte. */
  I8(1),
  /** 16-bit integer. */
  I16(2),
  /** IEEE half precision. */
  F16(2),
  /** bfloat16: the upper half of a 32-bit float. */
  BF16(2),
  /** 32-bit integer. */
  I32(4),
  /** 32-bit float. */
  F32(4),
  /** 64-bit float. */
  F64(8),
  /** 64-bit integer. */
  I64(8);

  private final int bytes;

  StoredType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }

  /** Whether it is a float type, one that {@link Entry#toFloat32} converts. */
  public boolean isFloat() {
    return this == F16 || this == BF16 || this == F32 || this == F64;
  }

  /** The tensor type of the same elements; empty for types that only files have (F16, BF16, I16, I8). */
  public Optional<DType> dtype() {
    return switch (this) {
      case F32 -> Optional.of(DType.F32);
      case F64 -> Optional.of(DType.F64);
      case I64 -> Optional.of(DType.I64);
      case I32 -> Optional.of(DType.I32);
      case U8 -> Optional.of(DType.U8);
      case BOOL -> Optional.of(DType.BOOL);
      case F16, BF16, I16, I8 -> Optional.empty();
    };
  }

  /** The stored type of a tensor type. */
  public static StoredType of(DType dtype) {
    return switch (dtype) {
      case F32 -> F32;
      case F64 -> F64;
      case I64 -> I64;
      case I32 -> I32;
      case U8 -> U8;
      case BOOL -> BOOL;
    };
  }

  /** The type of the given name in a file's header, such as "BF16"; empty if there is none. */
  static Optional<StoredType> named(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}

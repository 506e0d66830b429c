package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.shape.DType;

/**
 * Dense blocks of any type to and from the widest of their kind: integers to i64, floats to f64. To an integer rounds
 * towards zero and wraps where it is too large; to bool is "not 0", so NaN is true.
 */
final class Convert {

  private Convert() {}

  /** Integers of a type to i64. */
  static void toLongs(DType type, long from, long to, int n) {
    switch (type) {
      case I64 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i));
        }
      }
      case I32 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, (long) ALL.get(JAVA_INT_UNALIGNED, from + 4L * i));
        }
      }
      case U8 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, ALL.get(JAVA_BYTE, from + i) & 0xFFL);
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, ALL.get(JAVA_BYTE, from + i) != 0 ? 1L : 0L);
        }
      }
      case F32, F64 -> throw new IllegalArgumentException("expected an integer type, got " + type);
    }
  }

  /** Floats of a type to f64. */
  static void toDoubles(DType type, long from, long to, int n) {
    switch (type) {
      case F32 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_DOUBLE_UNALIGNED, to + 8L * i, (double) ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i));
        }
      }
      case F64 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_DOUBLE_UNALIGNED, to + 8L * i, ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i));
        }
      }
      default -> throw new IllegalArgumentException("expected a float type, got " + type);
    }
  }

  /** i64 to a type. */
  static void fromLongs(DType type, long from, long to, int n) {
    switch (type) {
      case F32 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, (float) ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i));
        }
      }
      case F64 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_DOUBLE_UNALIGNED, to + 8L * i, (double) ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i));
        }
      }
      case I64 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i));
        }
      }
      case I32 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_INT_UNALIGNED, to + 4L * i, (int) ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i));
        }
      }
      case U8 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_BYTE, to + i, (byte) ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i));
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_BYTE, to + i, (byte) (ALL.get(JAVA_LONG_UNALIGNED, from + 8L * i) != 0 ? 1 : 0));
        }
      }
    }
  }

  /** f64 to a type. */
  static void fromDoubles(DType type, long from, long to, int n) {
    switch (type) {
      case F32 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, (float) ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i));
        }
      }
      case F64 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_DOUBLE_UNALIGNED, to + 8L * i, ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i));
        }
      }
      case I64 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, to + 8L * i, (long) ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i));
        }
      }
      case I32 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_INT_UNALIGNED, to + 4L * i, (int) (long) ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i));
        }
      }
      case U8 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_BYTE, to + i, (byte) (long) ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i));
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_BYTE, to + i, (byte) (ALL.get(JAVA_DOUBLE_UNALIGNED, from + 8L * i) != 0 ? 1 : 0));
        }
      }
    }
  }
}

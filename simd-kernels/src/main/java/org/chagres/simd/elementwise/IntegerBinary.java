package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/** The integer loops of {@link BinaryMap}, over dense blocks of i64; i32 comes widened. */
final class IntegerBinary {

  private IntegerBinary() {}

  /**
   * Looks for zeros among divisors.
   *
   * @throws IllegalArgumentException if there is one
   */
  static void refuseZeros(DType type, Strided shape, MemorySegment b, long count) {
    Operand divisors = Operand.of(shape, 1, type.bytes(), b, "DIV: b");
    try (var arena = Arena.ofConfined()) {
      long packed = arena.allocate(8L * Operand.BLOCK, 64).address();
      long wide = arena.allocate(8L * Operand.BLOCK, 64).address();
      for (long begin = 0; begin < count; begin += Operand.BLOCK) {
        int n = (int) Math.min(Operand.BLOCK, count - begin);
        Convert.toLongs(type, divisors.block(begin, n, packed), wide, n);
        for (int i = 0; i < n; i++) {
          if (get(wide, i) == 0) {
            throw new IllegalArgumentException("integer division by zero at element " + (begin + i));
          }
        }
      }
    }
  }

  /** y = a ∘ b. */
  static void run(BinaryOp op, long a, long b, long y, int n) {
    switch (op) {
      case ADD -> add(a, b, y, n);
      case SUB -> sub(a, b, y, n);
      case MUL -> mul(a, b, y, n);
      case DIV -> div(a, b, y, n);
      case POW -> pow(a, b, y, n);
      case MAXIMUM -> maximum(a, b, y, n);
      case MINIMUM -> minimum(a, b, y, n);
    }
  }

  private static long get(long address, int i) {
    return ALL.get(JAVA_LONG_UNALIGNED, address + 8L * i);
  }

  private static void set(long address, int i, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, address + 8L * i, value);
  }

  private static void add(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, get(a, i) + get(b, i));
    }
  }

  private static void sub(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, get(a, i) - get(b, i));
    }
  }

  private static void mul(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, get(a, i) * get(b, i));
    }
  }

  private static void div(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      long divisor = get(b, i);
      // Zeros were refused at the entry; one that was written since then must not stop a worker.
      set(y, i, divisor == 0 ? 0 : get(a, i) / divisor);
    }
  }

  private static void pow(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, power(get(a, i), get(b, i)));
    }
  }

  private static void maximum(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, Math.max(get(a, i), get(b, i)));
    }
  }

  private static void minimum(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, Math.min(get(a, i), get(b, i)));
    }
  }

  /**
   * By squaring, wrapping as products do; a negative exponent gives the quotient, which is 0 but for bases 1 and -1.
   */
  private static long power(long base, long exponent) {
    if (exponent < 0) {
      return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    long square = base;
    for (long e = exponent; e > 0; e >>= 1) {
      if ((e & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }
}

package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.shape.BinaryOp;

/** The f64 loops of {@link BinaryMap}, over dense blocks; plain, since nothing is trained in f64. */
final class BinaryF64 {

  private BinaryF64() {}

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

  private static double get(long address, int i) {
    return ALL.get(JAVA_DOUBLE_UNALIGNED, address + 8L * i);
  }

  private static void set(long address, int i, double value) {
    ALL.set(JAVA_DOUBLE_UNALIGNED, address + 8L * i, value);
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
      set(y, i, get(a, i) / get(b, i));
    }
  }

  private static void pow(long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      set(y, i, Math.pow(get(a, i), get(b, i)));
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
}

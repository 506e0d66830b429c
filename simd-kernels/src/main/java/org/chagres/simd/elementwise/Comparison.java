package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/**
 * y = a ∘ b as bool, for any type, with the strides of two operands. Three loops a type are enough: "greater" is
 * "less" with the operands exchanged, and "not equal" the reverse of "equal" (true for NaN); f32 is compared as it
 * is, integers as i64.
 */
public final class Comparison extends RangeJob {

  private static final long BUFFER = 8L * Operand.BLOCK;

  private enum Relation {
    EQUAL,
    LESS,
    LESS_OR_EQUAL
  }

  private final Relation relation;
  private final boolean reverse;
  private final DType type;
  private final Operand a;
  private final Operand b;
  private final long y;

  private Comparison(CompareOp op, DType type, long count, Operand[] operands, long y) {
    super(count, 1.0);
    boolean exchange = op == CompareOp.GT || op == CompareOp.GE;
    this.relation =
        switch (op) {
          case EQ, NE -> Relation.EQUAL;
          case LT, GT -> Relation.LESS;
          case LE, GE -> Relation.LESS_OR_EQUAL;
        };
    this.reverse = op == CompareOp.NE;
    this.type = type;
    this.a = operands[exchange ? 1 : 0];
    this.b = operands[exchange ? 0 : 1];
    this.y = y;
  }

  /**
   * y = a ∘ b.
   *
   * @param op comparison
   * @param type of the operands
   * @param shape geometry with two operands
   * @param a first operand
   * @param b second operand
   * @param y result, bool, dense
   * @throws IllegalArgumentException if a number or segment doesn't fit
   */
  public static Job of(
      CompareOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    long count = Counts.elements(shape, 2, op.toString());
    Operand[] operands = {
      Operand.of(shape, 0, type.bytes(), a, op + ": a"), Operand.of(shape, 1, type.bytes(), b, op + ": b")
    };
    return new Comparison(op, type, count, operands, Native.address(y, Counts.bytes(count, 1), op + ": y"));
  }

  @Override
  public long localBytes() {
    return 4 * BUFFER;
  }

  @Override
  protected void run(long begin, int n, long local) {
    for (int done = 0; done < n; done += Operand.BLOCK) {
      int length = Math.min(Operand.BLOCK, n - done);
      long left = a.block(begin + done, length, local);
      long right = b.block(begin + done, length, local + BUFFER);
      long to = y + begin + done;
      switch (type) {
        case F32 -> floats(left, right, to, length);
        case F64 -> doubles(left, right, to, length);
        default -> {
          Convert.toLongs(type, left, local + 2 * BUFFER, length);
          Convert.toLongs(type, right, local + 3 * BUFFER, length);
          longs(local + 2 * BUFFER, local + 3 * BUFFER, to, length);
        }
      }
      if (reverse) {
        for (int i = 0; i < length; i++) {
          ALL.set(JAVA_BYTE, to + i, (byte) (ALL.get(JAVA_BYTE, to + i) ^ 1));
        }
      }
    }
  }

  private void floats(long left, long right, long to, int n) {
    switch (relation) {
      case EQUAL -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_FLOAT_UNALIGNED, left + 4L * i) == ALL.get(JAVA_FLOAT_UNALIGNED, right + 4L * i));
        }
      }
      case LESS -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_FLOAT_UNALIGNED, left + 4L * i) < ALL.get(JAVA_FLOAT_UNALIGNED, right + 4L * i));
        }
      }
      case LESS_OR_EQUAL -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_FLOAT_UNALIGNED, left + 4L * i) <= ALL.get(JAVA_FLOAT_UNALIGNED, right + 4L * i));
        }
      }
    }
  }

  private void doubles(long left, long right, long to, int n) {
    switch (relation) {
      case EQUAL -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_DOUBLE_UNALIGNED, left + 8L * i) == ALL.get(JAVA_DOUBLE_UNALIGNED, right + 8L * i));
        }
      }
      case LESS -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_DOUBLE_UNALIGNED, left + 8L * i) < ALL.get(JAVA_DOUBLE_UNALIGNED, right + 8L * i));
        }
      }
      case LESS_OR_EQUAL -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_DOUBLE_UNALIGNED, left + 8L * i) <= ALL.get(JAVA_DOUBLE_UNALIGNED, right + 8L * i));
        }
      }
    }
  }

  private void longs(long left, long right, long to, int n) {
    switch (relation) {
      case EQUAL -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_LONG_UNALIGNED, left + 8L * i) == ALL.get(JAVA_LONG_UNALIGNED, right + 8L * i));
        }
      }
      case LESS -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_LONG_UNALIGNED, left + 8L * i) < ALL.get(JAVA_LONG_UNALIGNED, right + 8L * i));
        }
      }
      case LESS_OR_EQUAL -> {
        for (int i = 0; i < n; i++) {
          bool(to + i, ALL.get(JAVA_LONG_UNALIGNED, left + 8L * i) <= ALL.get(JAVA_LONG_UNALIGNED, right + 8L * i));
        }
      }
    }
  }

  private static void bool(long to, boolean value) {
    ALL.set(JAVA_BYTE, to, (byte) (value ? 1 : 0));
  }
}

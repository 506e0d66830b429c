package org.chagres.simd.elementwise;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/**
 * y = a ∘ b with the strides of two operands.
 *
 * <p>f32 goes row by row where a row runs densely in an operand or repeats one element of it, which is loaded as a
 * vector once a row; other strides, short rows and the other types go by blocks packed densely into scratch.
 */
public final class BinaryMap {

  /** Rows shorter than this are packed, several to a block. */
  private static final int SHORT_ROW = 32;

  private BinaryMap() {}

  /**
   * y = a ∘ b.
   *
   * @param op operation
   * @param type of operands and result: f32, f64, i64 or i32
   * @param shape geometry with two operands
   * @param a first operand
   * @param b second operand
   * @param y result, dense; may be the memory of an operand that is dense
   * @throws IllegalArgumentException if a number, type or segment doesn't fit, or an integer is to be divided by zero
   */
  public static Job forward(
      BinaryOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    if (type == DType.U8 || type == DType.BOOL) {
      throw new IllegalArgumentException(op + ": expected F32, F64, I64 or I32, got " + type);
    }
    long count = Counts.elements(shape, 2, op.toString());
    Operand left = Operand.of(shape, 0, type.bytes(), a, op + ": a");
    Operand right = Operand.of(shape, 1, type.bytes(), b, op + ": b");
    long result = Native.address(y, Counts.bytes(count, type.bytes()), op + ": y");
    if (type == DType.F32) {
      boolean rows = byRows(left) && byRows(right) && (shape.dims().length == 1 || left.rowLength() >= SHORT_ROW);
      return rows ? new Rows(op, count, left, right, result) : new Blocks(op, count, left, right, result);
    }
    if (op == BinaryOp.DIV && !type.isFloat()) {
      IntegerBinary.refuseZeros(type, shape, b, count);
    }
    return new Wide(op, type, count, new Operand[] {left, right}, result);
  }

  private static boolean byRows(Operand operand) {
    return operand.rowStride() == 0 || operand.rowStride() == 1;
  }

  private static double nanos(BinaryOp op) {
    return op == BinaryOp.POW ? 20.0 : 0.3;
  }

  /** f32, row by row. */
  private static final class Rows extends RangeJob {
    private final BinaryOp op;
    private final Operand a;
    private final Operand b;
    private final long y;

    Rows(BinaryOp op, long count, Operand a, Operand b, long y) {
      super(count, nanos(op));
      this.op = op;
      this.a = a;
      this.b = b;
      this.y = y;
    }

    @Override
    public long localBytes() {
      return 2 * Padded.BYTES;
    }

    @Override
    protected void run(long begin, int n, long local) {
      long row = begin / a.rowLength();
      long column = begin - row * a.rowLength();
      int done = 0;
      while (done < n) {
        long left = a.row(row) + 4 * column * a.rowStride();
        long right = b.row(row) + 4 * column * b.rowStride();
        for (long rows = a.rowsAlong(row); rows > 0 && done < n; rows--, row++) {
          int length = (int) Math.min(a.rowLength() - column, n - done);
          row(left, right, y + 4 * (begin + done), length, local);
          done += length;
          left += a.rowStep() - 4 * column * a.rowStride();
          right += b.rowStep() - 4 * column * b.rowStride();
          column = 0;
        }
      }
    }

    private void row(long left, long right, long to, int n, long local) {
      int repeat = 0;
      long from = left;
      long second = right;
      if (a.rowStride() == 0) {
        Padded.repeat(left, local);
        from = local;
        repeat |= BinaryF32.REPEAT_A;
      }
      if (b.rowStride() == 0) {
        Padded.repeat(right, local + Padded.BYTES);
        second = local + Padded.BYTES;
        repeat |= BinaryF32.REPEAT_B;
      }
      int whole = n - n % Lanes.COUNT;
      BinaryF32.run(op, from, second, to, whole, repeat);
      if (whole < n) {
        if (a.rowStride() != 0) {
          Padded.load(left + 4L * whole, local, n - whole);
        }
        if (b.rowStride() != 0) {
          Padded.load(right + 4L * whole, local + Padded.BYTES, n - whole);
        }
        BinaryF32.run(op, local, local + Padded.BYTES, local, Lanes.COUNT, 0);
        Padded.store(local, to + 4L * whole, n - whole);
      }
    }
  }

  /** f32 with other strides: both operands packed by blocks. */
  private static final class Blocks extends RangeJob {
    private static final long BUFFER = 4L * Operand.BLOCK + Padded.BYTES;
    private final BinaryOp op;
    private final Operand a;
    private final Operand b;
    private final long y;

    Blocks(BinaryOp op, long count, Operand a, Operand b, long y) {
      super(count, nanos(op) + 1.0);
      this.op = op;
      this.a = a;
      this.b = b;
      this.y = y;
    }

    @Override
    public long localBytes() {
      return 2 * BUFFER;
    }

    @Override
    protected void run(long begin, int n, long local) {
      for (int done = 0; done < n; done += Operand.BLOCK) {
        int length = Math.min(Operand.BLOCK, n - done);
        long first = begin + done;
        long to = y + 4 * first;
        a.pack(first, length, local);
        b.pack(first, length, local + BUFFER);
        int whole = length - length % Lanes.COUNT;
        BinaryF32.run(op, local, local + BUFFER, to, whole, 0);
        if (whole < length) {
          long rest = local + 4L * whole;
          // What stands in the buffer behind the tail is left from before, and what it gives is not stored.
          BinaryF32.run(op, rest, rest + BUFFER, rest, Lanes.COUNT, 0);
          Padded.store(rest, to + 4L * whole, length - whole);
        }
      }
    }
  }

  /** f64 and integers, by blocks. */
  private static final class Wide extends RangeJob {
    private static final long BUFFER = 8L * Operand.BLOCK;
    private final BinaryOp op;
    private final DType type;
    private final Operand a;
    private final Operand b;
    private final long y;

    Wide(BinaryOp op, DType type, long count, Operand[] operands, long y) {
      super(count, op == BinaryOp.POW ? 20.0 : 2.0);
      this.op = op;
      this.type = type;
      this.a = operands[0];
      this.b = operands[1];
      this.y = y;
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
        long to = y + (begin + done) * type.bytes();
        if (type == DType.F64) {
          BinaryF64.run(op, left, right, to, length);
        } else if (type == DType.I64) {
          IntegerBinary.run(op, left, right, to, length);
        } else {
          Convert.toLongs(type, left, local + 2 * BUFFER, length);
          Convert.toLongs(type, right, local + 3 * BUFFER, length);
          IntegerBinary.run(op, local + 2 * BUFFER, local + 3 * BUFFER, local + 2 * BUFFER, length);
          Convert.fromLongs(type, local + 2 * BUFFER, to, length);
        }
      }
    }
  }
}

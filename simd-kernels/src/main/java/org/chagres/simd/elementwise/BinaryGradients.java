package org.chagres.simd.elementwise;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.Strided;

/**
 * The gradients of {@link BinaryMap}'s operands, f32, dense in the result's size: where an operand was broadcast, the
 * caller sums.
 */
public final class BinaryGradients extends RangeJob {

  private static final long BUFFER = 4L * Operand.BLOCK;

  private final BinaryBackward loops;
  private final long dy;
  private final Operand a;
  private final Operand b;
  private final long da;
  private final long db;

  private BinaryGradients(BinaryOp op, long count, Operand[] operands, long[] gradients) {
    super(count, op == BinaryOp.POW ? 60.0 : 0.5);
    this.loops = new BinaryBackward(op);
    this.a = operands[0];
    this.b = operands[1];
    this.dy = gradients[0];
    this.da = gradients[1];
    this.db = gradients[2];
  }

  /**
   * The operands and their gradients.
   *
   * @param a first operand, with the first strides
   * @param b second operand
   * @param da its gradient, dense, or {@link MemorySegment#NULL}
   * @param db the other's
   */
  public record Sides(MemorySegment a, MemorySegment b, MemorySegment da, MemorySegment db) {}

  /**
   * da and db from dy.
   *
   * @param op operation
   * @param shape geometry with two operands
   * @param dy gradient of the result, dense
   * @param sides operands and gradients; a gradient may be dy's memory or that of a dense operand
   * @throws IllegalArgumentException if a number or segment doesn't fit
   */
  public static Job of(BinaryOp op, Strided shape, MemorySegment dy, Sides sides) {
    long count = Counts.elements(shape, 2, op.toString());
    long bytes = Counts.bytes(count, 4);
    Operand[] operands = {
      Operand.of(shape, 0, 4, sides.a(), op + ": a"), Operand.of(shape, 1, 4, sides.b(), op + ": b")
    };
    long[] gradients = {
      Native.address(dy, bytes, op + ": dy"),
      Native.optionalAddress(sides.da(), bytes, op + ": da"),
      Native.optionalAddress(sides.db(), bytes, op + ": db")
    };
    return new BinaryGradients(op, count, operands, gradients);
  }

  @Override
  public long localBytes() {
    return 4 * BUFFER + 5 * Padded.BYTES;
  }

  @Override
  protected void run(long begin, int n, long local) {
    for (int done = 0; done < n; done += Operand.BLOCK) {
      int length = Math.min(Operand.BLOCK, n - done);
      long first = begin + done;
      long left = a.block(first, length, local);
      long right = b.block(first, length, local + BUFFER);
      // A gradient that was left out is written to scratch.
      long toA = da == 0 ? local + 2 * BUFFER : da + 4 * first;
      long toB = db == 0 ? local + 3 * BUFFER : db + 4 * first;
      int whole = length - length % Lanes.COUNT;
      loops.run(dy + 4 * first, left, right, toA, toB, whole);
      if (whole < length) {
        long pad = local + 4 * BUFFER;
        long rest = 4L * whole;
        int tail = length - whole;
        Padded.load(dy + 4 * first + rest, pad, tail);
        Padded.load(left + rest, pad + Padded.BYTES, tail);
        Padded.load(right + rest, pad + 2 * Padded.BYTES, tail);
        loops.run(
            pad, pad + Padded.BYTES, pad + 2 * Padded.BYTES, pad + 3 * Padded.BYTES, pad + 4 * Padded.BYTES,
            Lanes.COUNT);
        Padded.store(pad + 3 * Padded.BYTES, toA + rest, tail);
        Padded.store(pad + 4 * Padded.BYTES, toB + rest, tail);
      }
    }
  }
}

package org.chagres.simd.elementwise;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.UnaryOp;

/** y = f(x) and its derivative over dense f32; the result may be the operand's own memory. */
public final class UnaryMap {

  private UnaryMap() {}

  /**
   * y = f(x).
   *
   * @param f the function
   * @param count elements
   * @param x operand
   * @param y result; may be {@code x}
   * @throws IllegalArgumentException if a number or a segment doesn't fit
   */
  public static Job forward(Unary f, long count, MemorySegment x, MemorySegment y) {
    long bytes = Counts.bytes(count, 4);
    return new Forward(
        simplified(f), count, Native.address(x, bytes, f.op() + ": x"), Native.address(y, bytes, f.op() + ": y"));
  }

  /**
   * dx = dy · f'.
   *
   * @param f the function
   * @param count elements
   * @param dy gradient of the result
   * @param saved the operand, or the result where {@link UnaryOp#savesOutput}
   * @param dx gradient of the operand; may be {@code dy} or {@code saved}
   * @throws IllegalArgumentException if a number or a segment doesn't fit
   */
  public static Job backward(Unary f, long count, MemorySegment dy, MemorySegment saved, MemorySegment dx) {
    long bytes = Counts.bytes(count, 4);
    return new Backward(
        simplified(f),
        count,
        Native.address(dy, bytes, f.op() + ": dy"),
        Native.address(saved, bytes, f.op() + (f.op().savesOutput() ? ": y" : ": x")),
        Native.address(dx, bytes, f.op() + ": dx"));
  }

  /** x² is a product: as exact as the power, and a vector at a time. */
  private static Unary simplified(Unary f) {
    return f.op() == UnaryOp.POW && f.alpha() == 2f ? Unary.of(UnaryOp.SQUARE) : f;
  }

  private static double nanos(UnaryOp op) {
    return switch (op) {
      case GELU, GELU_TANH, SILU, SIGMOID, TANH, EXP, LOG -> 1.0;
      case POW, SIN, COS -> 20.0;
      default -> 0.3;
    };
  }

  private static final class Forward extends RangeJob {
    private final Unary f;
    private final long x;
    private final long y;

    Forward(Unary f, long count, long x, long y) {
      super(count, nanos(f.op()));
      this.f = f;
      this.x = x;
      this.y = y;
    }

    @Override
    public long localBytes() {
      return Padded.BYTES + Activations.SCRATCH;
    }

    @Override
    protected void run(long begin, int n, long local) {
      int whole = n - n % Lanes.COUNT;
      long scratch = local + Padded.BYTES;
      UnaryForward.run(f, x + 4 * begin, y + 4 * begin, whole, scratch);
      if (whole < n) {
        Padded.load(x + 4 * (begin + whole), local, n - whole);
        UnaryForward.run(f, local, local, Lanes.COUNT, scratch);
        Padded.store(local, y + 4 * (begin + whole), n - whole);
      }
    }
  }

  private static final class Backward extends RangeJob {
    private final Unary f;
    private final long dy;
    private final long saved;
    private final long dx;

    Backward(Unary f, long count, long dy, long saved, long dx) {
      super(count, nanos(f.op()));
      this.f = f;
      this.dy = dy;
      this.saved = saved;
      this.dx = dx;
    }

    @Override
    public long localBytes() {
      return 2 * Padded.BYTES + Activations.SCRATCH;
    }

    @Override
    protected void run(long begin, int n, long local) {
      int whole = n - n % Lanes.COUNT;
      long scratch = local + 2 * Padded.BYTES;
      UnaryBackward.run(f, dy + 4 * begin, saved + 4 * begin, dx + 4 * begin, whole, scratch);
      if (whole < n) {
        long rest = 4 * (begin + whole);
        Padded.load(dy + rest, local, n - whole);
        Padded.load(saved + rest, local + Padded.BYTES, n - whole);
        UnaryBackward.run(f, local, local + Padded.BYTES, local, Lanes.COUNT, scratch);
        Padded.store(local, dx + rest, n - whole);
      }
    }
  }
}

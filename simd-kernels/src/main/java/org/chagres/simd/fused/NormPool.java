package org.chagres.simd.fused;

import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import org.chagres.simd.norm.ColumnGradients;
import org.chagres.simd.norm.Columns;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.pool.Pool;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.PoolShape;

/**
 * Batch norm, ReLU, max pooling and dropout in one pass, channels last: the public entry, which checks and hands out jobs. The
 * moments are worked out before ({@link org.chagres.simd.norm.BatchNorm#moments}). A window of one cell pools nothing: that is batch
 * norm, ReLU and dropout.
 */
public final class NormPool {

  /** Position of an element that no gradient goes back from. */
  public static final byte NOWHERE = -1;

  /** Most cells of a window; one less than a pooling's own, as {@link #NOWHERE} takes a position. */
  public static final int MAX_CELLS = Pool.MAX_INDEXED_CELLS - 1;

  private NormPool() {}

  /**
   * y = dropout(max pool(max(batch norm(x), 0))): the values of the four calls one after another, bit for bit but for the sign of a
   * zero. NaN as theirs.
   *
   * @param shape geometry of the pooling, not adaptive
   * @param out where the result goes, and the positions, which may be left out
   * @throws IllegalArgumentException if the pooling is adaptive or a window has more than {@link #MAX_CELLS} cells
   */
  public static Job forward(PoolShape shape, Normalized in, Drop drop, Pooled out) {
    check(shape);
    return new NormPoolForward(
        shape,
        address(in.x(), 4 * shape.xCount(), "x"),
        Columns.of(norm(shape), in.moments(), in.affine()),
        drop,
        address(out.y(), 4 * shape.yCount(), "y"),
        optionalAddress(out.positions(), shape.yCount(), "positions"));
  }

  /**
   * Gradients: those of the four calls one after another, but that the sums over a channel leave out the zeros and are therefore
   * added in another order.
   *
   * @param shape as in forward
   * @param training whether the moments came from x itself
   * @param in as in forward
   * @param dy the gradient of the result, and the positions that forward left
   * @param drop as in forward
   * @param out where gradients go; all of dx is written
   */
  public static Job backward(
      PoolShape shape, boolean training, Normalized in, Pooled dy, Drop drop, Gradients out) {
    check(shape);
    Columns columns = Columns.of(norm(shape), in.moments(), in.affine());
    return new NormPoolBackward(
        shape,
        training,
        new NormPoolBackward.In(
            address(in.x(), 4 * shape.xCount(), "x"),
            columns.mean(),
            address(dy.y(), 4 * shape.yCount(), "dy"),
            address(dy.positions(), shape.yCount(), "positions"),
            drop.scale()),
        ColumnGradients.of(norm(shape), false, columns, out));
  }

  /** Whether windows are 2×2 side by side without padding, all of them inside the input. */
  static boolean twoByTwo(PoolShape s) {
    boolean two = s.kernel().h() == 2 && s.kernel().w() == 2 && s.stride().h() == 2 && s.stride().w() == 2;
    boolean inside = 2 * s.out().h() <= s.h() && 2 * s.out().w() <= s.w();
    return two && inside && s.padding().h() == 0 && s.padding().w() == 0;
  }

  /** Position of a window's first cell inside the input, counted from its first cell with padding. */
  static int firstPosition(PoolShape shape, int oh, int ow) {
    int row = shape.top(oh) - oh * shape.stride().h() + shape.padding().h();
    int column = shape.left(ow) - ow * shape.stride().w() + shape.padding().w();
    return row * shape.kernel().w() + column;
  }

  private static NormShape norm(PoolShape s) {
    return new NormShape(Math.multiplyExact(Math.multiplyExact(s.n(), s.h()), s.w()), s.c(), 0);
  }

  private static void check(PoolShape s) {
    long cells = (long) s.kernel().h() * s.kernel().w();
    if (s.adaptive() || cells > MAX_CELLS) {
      throw new IllegalArgumentException(
          "fused max pooling: expected windows of a fixed size of at most " + MAX_CELLS + " cells, got "
              + (s.adaptive() ? "an adaptive pooling" : cells + " cells"));
    }
    // Windows hang over at either end at most; those between lie inside.
    int lastRow = s.out().h() - 1;
    int lastColumn = s.out().w() - 1;
    if (s.top(0) >= s.bottom(0) || s.left(0) >= s.right(0) || s.top(lastRow) >= s.bottom(lastRow)
        || s.left(lastColumn) >= s.right(lastColumn)) {
      throw new IllegalArgumentException("pooling: a window without a cell inside the input, " + s);
    }
  }
}

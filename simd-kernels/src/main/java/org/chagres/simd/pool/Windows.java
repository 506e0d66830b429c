package org.chagres.simd.pool;

import org.chagres.simd.shape.PlanCache;
import org.chagres.simd.shape.PoolShape;

/** A pooling's windows, worked out once for a shape as plain arrays: where they begin and end, and where their padding begins. */
final class Windows {

  private static final PlanCache<PoolShape, Windows> KNOWN = new PlanCache<>(Windows::new);

  final PoolShape shape;
  final int[] top;
  final int[] bottom;
  final int[] left;
  final int[] right;

  private Windows(PoolShape shape) {
    this.shape = shape;
    this.top = new int[shape.out().h()];
    this.bottom = new int[shape.out().h()];
    this.left = new int[shape.out().w()];
    this.right = new int[shape.out().w()];
    for (int i = 0; i < top.length; i++) {
      top[i] = shape.top(i);
      bottom[i] = shape.bottom(i);
      check(top[i], bottom[i]);
    }
    for (int i = 0; i < left.length; i++) {
      left[i] = shape.left(i);
      right[i] = shape.right(i);
      check(left[i], right[i]);
    }
  }

  /** The windows of a shape. */
  static Windows of(PoolShape shape) {
    return KNOWN.of(shape);
  }

  private void check(int from, int to) {
    if (from >= to) {
      throw new IllegalArgumentException("pooling: a window without a cell inside the input, " + shape);
    }
  }

  /** Position of a window's first cell inside the input, counted from the window's first cell with padding. */
  int firstPosition(int oh, int ow) {
    if (shape.adaptive()) {
      return 0;
    }
    int row = top[oh] - (oh * shape.stride().h() - shape.padding().h());
    int column = left[ow] - (ow * shape.stride().w() - shape.padding().w());
    return row * shape.kernel().w() + column;
  }

  /** Positions from a row of a window to the next. */
  int pitch(int ow) {
    return shape.adaptive() ? right[ow] - left[ow] : shape.kernel().w();
  }

  /** Cells of the largest window, padding included. */
  long largest() {
    if (!shape.adaptive()) {
      return (long) shape.kernel().h() * shape.kernel().w();
    }
    long rows = 0;
    long columns = 0;
    for (int i = 0; i < top.length; i++) {
      rows = Math.max(rows, bottom[i] - top[i]);
    }
    for (int i = 0; i < left.length; i++) {
      columns = Math.max(columns, right[i] - left[i]);
    }
    return rows * columns;
  }

  /** Whether windows are 2×2 side by side without padding, all of them inside the input. */
  boolean twoByTwo() {
    if (shape.adaptive()) {
      return false;
    }
    boolean two = shape.kernel().h() == 2 && shape.kernel().w() == 2;
    boolean apart = shape.stride().h() == 2 && shape.stride().w() == 2;
    boolean inside =
        bottom[bottom.length - 1] - top[top.length - 1] == 2 && right[right.length - 1] - left[left.length - 1] == 2;
    return two && apart && inside && shape.padding().h() == 0 && shape.padding().w() == 0;
  }
}

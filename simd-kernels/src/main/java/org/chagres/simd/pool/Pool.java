package org.chagres.simd.pool;

import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.PoolShape;

/**
 * 2-D pooling, channels last: the public entry, which checks and hands out jobs. A kernel that is made for windows of 2×2 that
 * lie side by side comes before the general one.
 */
public final class Pool {

  /** Most cells of a window whose positions fit a byte. */
  public static final int MAX_INDEXED_CELLS = 255;

  private Pool() {}

  /**
   * Largest of each window and its position there, {@code row · width + column} counted from the window's first cell, padding
   * included; the width is the kernel's, or for an adaptive pooling the window's own. Of equal ones the first; of several
   * NaN, which go before all, the last, as in PyTorch.
   *
   * @param x f32 (n, h, w, c)
   * @param y f32 (n, outH, outW, c)
   * @param indices bytes (n, outH, outW, c), or {@link MemorySegment#NULL}
   * @throws IllegalArgumentException if indices are asked for and a window has more than {@link #MAX_INDEXED_CELLS} cells
   */
  public static Job maxForward(PoolShape shape, MemorySegment x, MemorySegment y, MemorySegment indices) {
    long at = optionalAddress(indices, shape.yCount(), "indices");
    if (at != 0) {
      checkCells(shape);
    }
    return new MaxForward(
        Windows.of(shape), address(x, 4 * shape.xCount(), "x"), address(y, 4 * shape.yCount(), "y"), at);
  }

  /**
   * dx from dy and the positions that {@link #maxForward} left; all of dx is written.
   *
   * @param dy f32 (n, outH, outW, c)
   * @param indices bytes (n, outH, outW, c)
   * @param dx f32 (n, h, w, c)
   */
  public static Job maxBackward(PoolShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    checkCells(shape);
    return new MaxBackward(
        Windows.of(shape),
        address(dy, 4 * shape.yCount(), "dy"),
        address(indices, shape.yCount(), "indices"),
        address(dx, 4 * shape.xCount(), "dx"));
  }

  /**
   * Mean of each window, by {@link PoolShape#divisor}.
   *
   * @param x f32 (n, h, w, c)
   * @param y f32 (n, outH, outW, c)
   */
  public static Job averageForward(PoolShape shape, MemorySegment x, MemorySegment y) {
    return new AverageForward(
        Windows.of(shape), address(x, 4 * shape.xCount(), "x"), address(y, 4 * shape.yCount(), "y"));
  }

  /**
   * dx from dy; all of dx is written.
   *
   * @param dy f32 (n, outH, outW, c)
   * @param dx f32 (n, h, w, c)
   */
  public static Job averageBackward(PoolShape shape, MemorySegment dy, MemorySegment dx) {
    return new AverageBackward(
        Windows.of(shape), address(dy, 4 * shape.yCount(), "dy"), address(dx, 4 * shape.xCount(), "dx"));
  }

  private static void checkCells(PoolShape shape) {
    long cells = Windows.of(shape).largest();
    if (cells > MAX_INDEXED_CELLS) {
      throw new IllegalArgumentException(
          "max pooling: a window of " + cells + " cells is too large for positions of one byte, at most "
              + MAX_INDEXED_CELLS);
    }
  }
}

package org.chagres.simd.shape;

/**
 * A height and a width: of a kernel, a stride, a padding.
 *
 * @param h rows
 * @param w columns
 */
public record Size(int h, int w) {

  /** A square. */
  public static Size of(int side) {
    return new Size(side, side);
  }

  /** As a user writes it: {@code 3} for a square, else {@code (3, 5)}. */
  @Override
  public String toString() {
    return h == w ? Integer.toString(h) : "(" + h + ", " + w + ")";
  }
}

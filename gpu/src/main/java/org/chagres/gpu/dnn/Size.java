package org.chagres.gpu.dnn;

/**
 * Rows and columns of something.
 *
 * @param h rows
 * @param w columns
 */
public record Size(int h, int w) {

  /** The same both ways. */
  public static Size of(int side) {
    return new Size(side, side);
  }

  @Override
  public String toString() {
    return h + "x" + w;
  }
}

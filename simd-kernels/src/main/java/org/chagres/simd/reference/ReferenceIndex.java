package org.chagres.simd.reference;

/** What {@code simd.index} is to give. */
public final class ReferenceIndex {

  private ReferenceIndex() {}

  /** Rows of a table by index. */
  public static float[] gatherRows(int width, float[] table, long[] indices) {
    float[] y = new float[indices.length * width];
    for (int i = 0; i < indices.length; i++) {
      for (int j = 0; j < width; j++) {
        y[i * width + j] = table[(int) indices[i] * width + j];
      }
    }
    return y;
  }

  /** The sums of rows by index, for a table of {@code rows}. */
  public static double[] sumRows(int rows, int width, float[] dy, long[] indices) {
    double[] sums = new double[rows * width];
    for (int i = 0; i < indices.length; i++) {
      for (int j = 0; j < width; j++) {
        sums[(int) indices[i] * width + j] += dy[i * width + j];
      }
    }
    return sums;
  }
}

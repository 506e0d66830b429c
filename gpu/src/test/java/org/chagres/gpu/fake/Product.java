package org.chagres.gpu.fake;

import java.util.Arrays;

/** Products of dense matrices, row by row, summed in double. */
final class Product {

  private Product() {}

  /** C = A · B with A of m×k and B of k×n. */
  static double[] of(float[] a, float[] b, int m, int n, int k) {
    double[] c = new double[Math.multiplyExact(m, n)];
    double[] row = new double[n];
    for (int i = 0; i < m; i++) {
      Arrays.fill(row, 0);
      for (int p = 0; p < k; p++) {
        addScaled(row, a[i * k + p], b, p * n);
      }
      System.arraycopy(row, 0, c, i * n, n);
    }
    return c;
  }

  /** Apart, so that the compiler turns it into vectors. */
  private static void addScaled(double[] row, double factor, float[] b, int from) {
    for (int j = 0; j < row.length; j++) {
      row[j] += factor * b[from + j];
    }
  }
}

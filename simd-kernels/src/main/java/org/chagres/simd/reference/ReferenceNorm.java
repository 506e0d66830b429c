package org.chagres.simd.reference;

/** Batch norm and layer norm over x (rows, columns), row-major. */
public final class ReferenceNorm {

  private ReferenceNorm() {}

  /** Mean and biased variance of each column. */
  public static double[][] columnMoments(double[] x, int rows, int columns) {
    double[] mean = new double[columns];
    double[] variance = new double[columns];
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        mean[c] += x[r * columns + c] / rows;
      }
      for (int r = 0; r < rows; r++) {
        double d = x[r * columns + c] - mean[c];
        variance[c] += d * d / rows;
      }
    }
    return new double[][] {mean, variance};
  }

  /** Mean and biased variance of each row. */
  public static double[][] rowMoments(double[] x, int rows, int columns) {
    return columnMoments(transpose(x, rows, columns), columns, rows);
  }

  /** Rows become columns. */
  public static double[] transpose(double[] x, int rows, int columns) {
    double[] t = new double[x.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        t[c * rows + r] = x[r * columns + c];
      }
    }
    return t;
  }

  /** (x - mean) · inverse deviation, with the moments of a column. */
  public static double[] columnHat(double[] x, int columns, double[] mean, double[] inverse) {
    double[] hat = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      hat[i] = (x[i] - mean[i % columns]) * inverse[i % columns];
    }
    return hat;
  }

  /** x̂ · weight + bias of the column. */
  public static double[] affine(double[] hat, int columns, double[] weight, double[] bias) {
    double[] y = new double[hat.length];
    for (int i = 0; i < hat.length; i++) {
      y[i] = hat[i] * weight[i % columns] + bias[i % columns];
    }
    return y;
  }

  /** dx through statistics of a column: inverse · (g - mean of g - x̂ · mean of g·x̂). */
  public static double[] columnBackward(double[] g, double[] hat, int rows, int columns, double[] inverse) {
    double[] dx = new double[g.length];
    for (int c = 0; c < columns; c++) {
      double b = 0;
      double k = 0;
      for (int r = 0; r < rows; r++) {
        int i = r * columns + c;
        b += g[i] / rows;
        k += g[i] * hat[i] / rows;
      }
      for (int r = 0; r < rows; r++) {
        int i = r * columns + c;
        dx[i] = inverse[c] * (g[i] - b - hat[i] * k);
      }
    }
    return dx;
  }

  /** Σ a·b down each column. */
  public static double[] columnProducts(double[] a, double[] b, int columns) {
    double[] sum = new double[columns];
    for (int i = 0; i < a.length; i++) {
      sum[i % columns] += a[i] * b[i];
    }
    return sum;
  }
}

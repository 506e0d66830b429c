package org.chagres.simd.shape;

/**
 * A batch of matrix products C = op(A) · op(B) (+ C), row-major, op being the identity or the transpose.
 *
 * <p>op(A) is m×k, op(B) is k×n, C is m×n. A matrix as stored has {@code lda} elements from a row to the next: A is stored
 * m×k, or k×m where {@code transposeA}; B is stored k×n, or n×k where {@code transposeB}.
 *
 * @param m rows of C
 * @param n columns of C
 * @param k length of the sums
 * @param a how A is stored
 * @param b how B is stored
 * @param ldc elements from a row of C to the next
 * @param batch number of products; those of C lie m·ldc apart
 * @param accumulate whether the product is added to C instead of replacing it
 */
public record GemmShape(int m, int n, int k, Operand a, Operand b, int ldc, int batch, boolean accumulate) {

  /**
   * How an operand is stored.
   *
   * @param transposed whether it is stored transposed
   * @param ld elements from a stored row to the next
   * @param batchStride elements from one matrix of the batch to the next; 0 to use the same one for all
   */
  public record Operand(boolean transposed, int ld, long batchStride) {}

  /** Checks the numbers. */
  public GemmShape {
    if (m < 0 || n < 0 || k < 0 || batch < 0) {
      throw new IllegalArgumentException(
          "matrix sizes: expected 0 or more, got m=" + m + " n=" + n + " k=" + k + " batch=" + batch);
    }
    if (a.ld < (a.transposed ? m : k) || b.ld < (b.transposed ? k : n) || ldc < n) {
      throw new IllegalArgumentException("leading dimension smaller than a row: " + a + ", " + b + ", ldc " + ldc);
    }
    if (a.batchStride < 0 || b.batchStride < 0) {
      throw new IllegalArgumentException("batch stride: expected 0 or more, got " + a + ", " + b);
    }
  }

  /** One product of dense matrices. */
  public static GemmShape of(int m, int n, int k, boolean transposeA, boolean transposeB) {
    return batched(1, m, n, k, transposeA, transposeB);
  }

  /** Several products of dense matrices that lie one behind the other. */
  public static GemmShape batched(int batch, int m, int n, int k, boolean transposeA, boolean transposeB) {
    return new GemmShape(
        m,
        n,
        k,
        new Operand(transposeA, transposeA ? m : k, (long) m * k),
        new Operand(transposeB, transposeB ? k : n, (long) k * n),
        n,
        batch,
        false);
  }

  /** The same, added to C. */
  public GemmShape accumulating() {
    return new GemmShape(m, n, k, a, b, ldc, batch, true);
  }

  /** Elements that A spans. */
  public long aCount() {
    return span(a, a.transposed ? k : m, a.transposed ? m : k);
  }

  /** Elements that B spans. */
  public long bCount() {
    return span(b, b.transposed ? n : k, b.transposed ? k : n);
  }

  /** Elements that C spans. */
  public long cCount() {
    return m == 0 || n == 0 || batch == 0 ? 0 : (batch - 1L) * m * ldc + (m - 1L) * ldc + n;
  }

  /** Floating-point operations, a multiply and an add counted as two. */
  public long flops() {
    return 2L * batch * m * n * k;
  }

  private long span(Operand o, int rows, int columns) {
    return rows == 0 || columns == 0 || batch == 0 ? 0 : (batch - 1L) * o.batchStride + (rows - 1L) * o.ld + columns;
  }
}

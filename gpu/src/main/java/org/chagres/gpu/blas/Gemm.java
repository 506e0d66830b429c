package org.chagres.gpu.blas;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.ElementType;

/**
 * A batch of matrix products C = op(A) · op(B) (+ C), row-major, op being the identity or the transpose.
 *
 * <p>op(A) is m×k, op(B) is k×n, C is m×n. A is stored m×k, or k×m where transposed; B is stored k×n, or n×k where
 * transposed.
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
public record Gemm(int m, int n, int k, Operand a, Operand b, int ldc, int batch, boolean accumulate) {

  /**
   * How an operand is stored.
   *
   * @param transposed whether it is stored transposed
   * @param ld elements from a stored row to the next
   * @param batchStride elements from one matrix of the batch to the next; 0 to use the same one for all
   */
  public record Operand(boolean transposed, int ld, long batchStride) {}

  /** Checks the numbers. */
  public Gemm {
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
  public static Gemm of(int m, int n, int k, boolean transposeA, boolean transposeB) {
    return batched(1, m, n, k, transposeA, transposeB);
  }

  /** Several products of dense matrices that lie one behind the other. */
  public static Gemm batched(int batch, int m, int n, int k, boolean transposeA, boolean transposeB) {
    return new Gemm(m, n, k, new Operand(transposeA, transposeA ? m : k, (long) m * k),
        new Operand(transposeB, transposeB ? k : n, (long) k * n), n, batch, false);
  }

  /** The same, added to C. */
  public Gemm accumulating() {
    return new Gemm(m, n, k, a, b, ldc, batch, true);
  }

  /** Whether there is nothing to write. */
  boolean isEmpty() {
    return m == 0 || n == 0 || batch == 0;
  }

  /** Sees to it that memory spans the matrices. */
  void check(Types types, MemorySegment memoryA, MemorySegment memoryB, MemorySegment memoryC) {
    spans("A", memoryA, span(a.transposed ? k : m, a.transposed ? m : k, a.ld, a.batchStride), types.in());
    spans("B", memoryB, span(b.transposed ? n : k, b.transposed ? k : n, b.ld, b.batchStride), types.in());
    spans("C", memoryC, span(m, n, ldc, (long) m * ldc), types.out());
  }

  private long span(int rows, int columns, int ld, long batchStride) {
    return rows == 0 || columns == 0 || batch == 0 ? 0 : (batch - 1L) * batchStride + (rows - 1L) * ld + columns;
  }

  static void spans(String name, MemorySegment memory, long count, ElementType type) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException(name + ": expected memory of the device, got " + memory);
    }
    if (memory.byteSize() < count * type.bytes()) {
      throw new IllegalArgumentException(name + ": expected " + count + " elements of " + type + ", got "
          + memory.byteSize() + " bytes");
    }
  }
}

package org.chagres.simd.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.GemmShape;

/** Matrix products by the definition: one sum after another, in double. */
public final class ReferenceGemm {

  private ReferenceGemm() {}

  /** C = op(A)·op(B) (+ C) + bias, as {@link org.chagres.simd.gemm.Gemm#multiply}. */
  public static void multiply(
      GemmShape shape, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
    for (int p = 0; p < shape.batch(); p++) {
      for (int i = 0; i < shape.m(); i++) {
        for (int j = 0; j < shape.n(); j++) {
          double sum = 0;
          for (int k = 0; k < shape.k(); k++) {
            sum += element(shape.a(), a, p, i, k) * element(shape.b(), b, p, k, j);
          }
          if (!bias.equals(MemorySegment.NULL)) {
            sum += get(bias, j);
          }
          long at = ((long) p * shape.m() + i) * shape.ldc() + j;
          if (shape.accumulate()) {
            sum += get(c, at);
          }
          c.set(JAVA_FLOAT_UNALIGNED, 4 * at, (float) sum);
        }
      }
    }
  }

  /** Element (row, column) of op(X) of one product of the batch. */
  private static double element(GemmShape.Operand x, MemorySegment data, int product, int row, int column) {
    long at = x.transposed() ? (long) column * x.ld() + row : (long) row * x.ld() + column;
    return get(data, product * x.batchStride() + at);
  }

  private static double get(MemorySegment data, long index) {
    return data.get(JAVA_FLOAT_UNALIGNED, 4 * index);
  }
}

package org.chagres.gpu.blas;

import org.chagres.bindings.cublas.Cublas;
import org.chagres.gpu.kernel.ElementType;

/**
 * Types of a product's elements; sums are f32 in any case.
 *
 * @param in those of A and B, F32 or BF16
 * @param out that of C, of the bias and of what is saved: F32, or BF16 where A and B are
 */
public record Types(ElementType in, ElementType out) {

  /** All f32. */
  public static final Types F32 = new Types(ElementType.F32, ElementType.F32);
  /** All bf16. */
  public static final Types BF16 = new Types(ElementType.BF16, ElementType.BF16);
  /** Products of bf16, kept as f32. */
  public static final Types BF16_TO_F32 = new Types(ElementType.BF16, ElementType.F32);

  /** Checks the types. */
  public Types {
    boolean known = in == ElementType.F32 && out == ElementType.F32
        || in == ElementType.BF16 && (out == ElementType.F32 || out == ElementType.BF16);
    if (!known) {
      throw new IllegalArgumentException("types of a product: expected F32 or BF16, got " + in + " to " + out);
    }
  }

  static int cuda(ElementType type) {
    return type == ElementType.F32 ? Cublas.CUDA_R_32F() : Cublas.CUDA_R_16BF();
  }

  int compute(boolean tf32) {
    return in == ElementType.F32 && tf32 ? Cublas.CUBLAS_COMPUTE_32F_FAST_TF32() : Cublas.CUBLAS_COMPUTE_32F();
  }
}

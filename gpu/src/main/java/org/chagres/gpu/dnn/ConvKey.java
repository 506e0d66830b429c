package org.chagres.gpu.dnn;

import org.chagres.gpu.kernel.ElementType;

/**
 * All that a plan depends on.
 *
 * @param op what is worked out
 * @param geometry of what shape
 * @param type of all elements, F32 or BF16; sums are f32
 * @param alignment power of two that divides all addresses, 16 at most
 * @param tf32 whether factors of f32 may be rounded to TF32
 * @param deterministic whether the same input has to give the same bits
 */
record ConvKey(ConvOp op, ConvGeometry geometry, ElementType type, int alignment, boolean tf32,
    boolean deterministic) {

  static final int MAX_ALIGNMENT = 16;

  ConvKey {
    if (type != ElementType.F32 && type != ElementType.BF16) {
      throw new IllegalArgumentException("convolution: expected F32 or BF16, got " + type);
    }
  }

  /** Whether an engine may round what goes in. */
  boolean strict() {
    return type == ElementType.F32 && !tf32;
  }
}

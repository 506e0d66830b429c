/**
 * Products of matrices, f32.
 *
 * <p>Read {@link org.chagres.simd.gemm.Gemm} first: the entry, the checks and the choice of path. Then {@code
 * Tiles} (all that depends on the processor), {@code Blocking} (how a shape is cut up), {@code BlockedGemm} (the
 * phases), {@code Kernel6x2} (the innermost loop).
 *
 * <p>Only products live here. A convolution that is a product calls this package; activations and reductions have
 * their own.
 */
package org.chagres.simd.gemm;

/**
 * Optimizer steps, each in one pass over flat f32 blocks, by PyTorch's formulas and in their order; scaling and
 * limiting of gradients. The norm's sum of squares is {@link org.chagres.simd.reduce.SumSquares}. No schedule and no
 * parameter group here: a call is one block with one set of options.
 *
 * <p>Read {@link org.chagres.simd.optim.SgdStep} first.
 */
package org.chagres.simd.optim;

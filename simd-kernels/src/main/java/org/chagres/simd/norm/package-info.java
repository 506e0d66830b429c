/**
 * Batch norm and layer norm, forward and backward, over matrices whose columns are contiguous (channels last), batch norm also with
 * the ReLU after it. What they read once they read once: statistics in f32 blocks folded into double. No state: running statistics
 * are the caller's. {@link org.chagres.simd.norm.ColumnSums} and {@link org.chagres.simd.norm.ColumnGradients} are the parts that
 * kernels of other packages build on. Start with {@link org.chagres.simd.norm.BatchNorm}; {@code ColumnSums} has the numerics.
 */
package org.chagres.simd.norm;

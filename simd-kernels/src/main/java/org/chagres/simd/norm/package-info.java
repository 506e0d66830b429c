/**
 * Batch norm and layer norm, forward and backward, over matrices whose columns are contiguous (channels last). What they read
 * once they read once: statistics in f32 blocks folded into double. No fusion with neighbours and no state: running statistics
 * are the caller's. Start with {@link org.chagres.simd.norm.BatchNorm}; {@code BatchMoments} has the numerics.
 */
package org.chagres.simd.norm;

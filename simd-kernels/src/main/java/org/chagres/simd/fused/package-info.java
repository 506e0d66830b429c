/**
 * Chains of layers in one pass over memory: batch norm, ReLU, max pooling and dropout. What lies between them is never written.
 *
 * <p>Here: kernels that need parts of several families ({@code simd.norm}, {@code simd.pool}, {@code simd.random}). Not here: batch
 * norm and ReLU alone, which are {@code simd.norm}'s. Start with {@link org.chagres.simd.fused.NormPool}.
 */
package org.chagres.simd.fused;

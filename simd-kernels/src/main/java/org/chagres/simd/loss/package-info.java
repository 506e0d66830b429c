/**
 * Losses, forward and backward: over classes (cross entropy, negative log-likelihood), of pairs (MSE, L1, smooth L1, Huber),
 * binary cross entropy over logits; with PyTorch's reductions. Layers, defaults and checks of ranks live above. Start with
 * {@link org.chagres.simd.loss.Losses}.
 */
package org.chagres.simd.loss;

/**
 * Convolutions by cuDNN's backend API: forward, with bias and ReLU on the way, and both gradients. A convolution is
 * described as a graph of operations, cuDNN's heuristics propose engines for it, those that are not wanted (rounding to
 * TF32, changing from run to run) are left out, and the first that can be made is kept as the plan of that shape.
 *
 * <p>Here: descriptors, plans, their cache. Not here: pooling, norms, softmax, which our own kernels do; what a
 * convolution is for.
 *
 * <p>Memory: x (n, h, w, c) and y (n, outH, outW, k), channels last; the filter (k, kh, kw, c / groups), channels last
 * too, which {@link org.chagres.gpu.dnn.FilterPacking} makes of PyTorch's order.
 *
 * <p>Read {@link org.chagres.gpu.dnn.Convolutions} first, then {@link org.chagres.gpu.dnn.ConvGraph}.
 */
package org.chagres.gpu.dnn;

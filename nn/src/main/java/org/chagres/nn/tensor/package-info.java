/**
 * The tensor and its tape: memory and its lifetimes ({@link org.chagres.nn.tensor.Scope}), views, arithmetic, products, reductions,
 * and automatic differentiation ({@link org.chagres.nn.tensor.Tape}). Read {@link org.chagres.nn.tensor.Tensor} first, then {@code
 * Tape}, {@code Node} and {@code BackwardPass}.
 *
 * <p>An op that is a method of the tensor lives here, one file a family, forward and backward side by side: in {@code
 * nn.functional}, where all other ops are, it would close a cycle of packages. Nothing here knows a kernel: memory and
 * arithmetic are asked of the backend's interfaces.
 *
 * <p>Memory is kept by a {@code Storage}; a tensor is a shape and strides over one. Kernels run on addresses alone, so an op keeps
 * its temporaries reachable until its kernels have run: {@code Tape.record} does it for inputs and what is saved, a fence for
 * the rest. Changes in place are counted on the tensor, not on the storage: parameters share one flat block, and a step of one must
 * not look like a change of another.
 *
 * <p>While a step is recorded ({@code nn.record}), tensors tell {@link org.chagres.nn.backend.Recorder} of their memory: {@code
 * Storage} asks it for a place, {@code Tensor.data()} tells of each use, {@code Tape} of the end of each op.
 */
package org.chagres.nn.tensor;

/**
 * JMH benchmarks of kernels, called as the backend calls them: products and convolutions as a share of the FMA peak,
 * passes over memory in bytes a nanosecond.
 *
 * <p>Here: nothing that knows tensors. Read {@link org.chagres.bench.kernel.GemmRate} first. Whether a kernel
 * allocates is told by {@code -prof gc}: every one has to show 0 B/op.
 */
package org.chagres.bench.kernel;

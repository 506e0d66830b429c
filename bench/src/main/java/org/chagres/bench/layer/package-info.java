/**
 * JMH benchmarks of layers, called as a user calls them: tape, shape checks and kernels together.
 *
 * <p>Read {@link org.chagres.bench.layer.LayerRate}. What the kernels do alone is in {@code kernel}.
 */
package org.chagres.bench.layer;

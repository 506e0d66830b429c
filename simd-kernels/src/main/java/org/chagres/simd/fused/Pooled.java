package org.chagres.simd.fused;

import java.lang.foreign.MemorySegment;

/**
 * The result of a chain, or its gradient, and where it came from.
 *
 * @param y f32 (n, outH, outW, c)
 * @param positions bytes (n, outH, outW, c): where in its window an element came from, as {@link org.chagres.simd.pool.Pool} counts,
 *     or {@link NormPool#NOWHERE} where no gradient goes back: the ReLU or dropout made it zero
 */
public record Pooled(MemorySegment y, MemorySegment positions) {}

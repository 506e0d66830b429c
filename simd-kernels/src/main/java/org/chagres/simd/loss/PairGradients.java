package org.chagres.simd.loss;

import java.lang.foreign.MemorySegment;

/**
 * Where the gradients of a pair go; either may be left out with {@link MemorySegment#NULL}.
 *
 * @param x f32 (count)
 * @param target f32 (count)
 */
public record PairGradients(MemorySegment x, MemorySegment target) {}

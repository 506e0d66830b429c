package org.chagres.simd.optim;

import java.lang.foreign.MemorySegment;

/**
 * Adam's moments.
 *
 * @param first mean of the gradient
 * @param second mean of its square
 * @param maxSecond the largest second moment so far with amsgrad, else {@link MemorySegment#NULL}
 */
public record AdamState(MemorySegment first, MemorySegment second, MemorySegment maxSecond) {}

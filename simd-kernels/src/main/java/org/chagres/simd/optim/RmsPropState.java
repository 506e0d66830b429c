package org.chagres.simd.optim;

import java.lang.foreign.MemorySegment;

/**
 * RMSprop's state.
 *
 * @param square mean square of the gradient
 * @param momentum momentum buffer, or {@link MemorySegment#NULL} without momentum
 * @param mean mean gradient, or {@link MemorySegment#NULL} where not centered
 */
public record RmsPropState(MemorySegment square, MemorySegment momentum, MemorySegment mean) {}

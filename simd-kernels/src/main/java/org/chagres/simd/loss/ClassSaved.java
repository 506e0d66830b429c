package org.chagres.simd.loss;

import java.lang.foreign.MemorySegment;

/**
 * What backward of a loss over classes needs.
 *
 * @param target int64 (rows)
 * @param weight f32 (classes), or {@link MemorySegment#NULL}
 * @param logProbabilities f32 (rows, classes) as forward left them; not used for negative log-likelihood
 */
public record ClassSaved(MemorySegment target, MemorySegment weight, MemorySegment logProbabilities) {}

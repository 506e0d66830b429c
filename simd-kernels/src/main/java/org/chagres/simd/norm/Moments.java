package org.chagres.simd.norm;

import java.lang.foreign.MemorySegment;

/**
 * Mean and 1/√(variance + eps): of a channel for batch norm, of a row for layer norm.
 *
 * @param mean f32
 * @param inverseStd f32
 */
public record Moments(MemorySegment mean, MemorySegment inverseStd) {}

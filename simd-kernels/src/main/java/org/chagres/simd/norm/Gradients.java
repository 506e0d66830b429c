package org.chagres.simd.norm;

import java.lang.foreign.MemorySegment;

/**
 * Where gradients go; those of weight and bias may be left out with {@link MemorySegment#NULL}.
 *
 * @param x f32 (rows, columns)
 * @param weight f32 (columns)
 * @param bias f32 (columns)
 */
public record Gradients(MemorySegment x, MemorySegment weight, MemorySegment bias) {}

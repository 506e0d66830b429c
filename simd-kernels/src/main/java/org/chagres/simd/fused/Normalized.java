package org.chagres.simd.fused;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Moments;

/**
 * The input of a chain and its batch norm.
 *
 * @param x f32 (n, h, w, c)
 * @param moments f32 (c) each
 * @param affine f32 (c) each, or left out
 */
public record Normalized(MemorySegment x, Moments moments, Affine affine) {}

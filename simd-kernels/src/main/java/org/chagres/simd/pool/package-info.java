/**
 * 2-D pooling, channels last: max with byte positions, average, adaptive, forward and backward. Geometry comes from {@link
 * org.chagres.simd.shape.PoolShape}; nothing here knows a layout other than (n, h, w, c). Start with {@link
 * org.chagres.simd.pool.Pool}.
 */
package org.chagres.simd.pool;

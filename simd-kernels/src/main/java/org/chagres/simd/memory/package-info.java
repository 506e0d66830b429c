/**
 * Off-heap memory: how it is reached, taken from the system, pooled and given back.
 *
 * <p>Here: segments, slabs and pools, and the only calls of native functions in this module. Not here: what the bytes mean; a
 * tensor is unknown. Read {@link org.chagres.simd.memory.Native} first: every kernel's way to its operands.
 */
package org.chagres.simd.memory;

/**
 * Rows of a table picked by index and, backward, summed by index: what embeddings are made of. Picking along other
 * dimensions or with strides is {@code simd.elementwise}'s.
 *
 * <p>Read {@link org.chagres.simd.index.GatherRows} first.
 */
package org.chagres.simd.index;

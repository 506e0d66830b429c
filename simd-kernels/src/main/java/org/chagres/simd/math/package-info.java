/**
 * Functions of floats as loops over memory: polynomials made of multiplications and additions, since the Vector API's
 * own are calls out of line. Every loop takes whole vectors; a tail goes through it in a padded vector ({@link
 * org.chagres.simd.math.Padded}), so an element's bits do not depend on where it stands.
 *
 * <p>Why loops and not functions of a vector: a method of ours that takes or gives a vector is inlined only while
 * C2's graph is small ({@code NodeCountInliningCutoff}), and where it is not, its vectors are boxed on the heap, a
 * hundred times slow. The Vector API's own methods are always inlined. So a function that needs another's result has
 * it from scratch memory in the nearest cache, a block at a time.
 *
 * <p>No kernels and no other memory here. Read {@link org.chagres.simd.math.Exp} first.
 */
package org.chagres.simd.math;

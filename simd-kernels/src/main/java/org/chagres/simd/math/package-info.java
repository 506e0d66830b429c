/**
 * Functions of a vector of floats: polynomials made of multiplications and additions, since the Vector API's own are calls out
 * of line. Each is a small static method that the compiler inlines into a kernel's loop; a scalar tail goes through the same
 * code in a padded vector ({@link org.chagres.simd.math.Padded}), so an element's bits do not depend on where it stands.
 *
 * <p>No kernels and no memory here, but for the padding. Read {@link org.chagres.simd.math.Exp} first.
 */
package org.chagres.simd.math;

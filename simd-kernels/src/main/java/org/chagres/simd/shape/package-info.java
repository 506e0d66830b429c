/**
 * The geometry and the kinds of kernels as records and enums: what a call is about, apart from where its operands lie.
 *
 * <p>Here: values, checked when made, equal by content, so that they serve as keys of caches. Not here: addresses, and anything
 * that runs. Read {@link org.chagres.simd.shape.ConvShape} first, as an example of all.
 */
package org.chagres.simd.shape;

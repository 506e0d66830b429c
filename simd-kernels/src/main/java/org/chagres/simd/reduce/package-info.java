/**
 * Reductions over the middle dimension of (outer, length, inner) and what is built on them: sums and extremes,
 * positions of extremes, variance, softmax, sums of integers.
 *
 * <p>Two forms of everything: {@code inner == 1}, where what is reduced is contiguous ({@link
 * org.chagres.simd.reduce.Rows}), and the rest, where whole rows are added to a row of accumulators ({@link
 * org.chagres.simd.reduce.Columns}). Sums are taken in double. How the work is cut is {@link
 * org.chagres.simd.reduce.Cut}'s affair: by shape alone, so that results have the same bits with any number of
 * threads. Maps without a reduction are in {@code simd.elementwise}.
 *
 * <p>Read {@link org.chagres.simd.reduce.Reduce} first.
 */
package org.chagres.simd.reduce;

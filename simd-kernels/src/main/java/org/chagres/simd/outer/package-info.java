/**
 * Sums of outer products: the micro-kernels of a filter's gradient, direct or by Winograd's way. Here: register tiles
 * and the layout they want. Not here: what the rows are, blocking, threads. Read {@link
 * org.chagres.simd.outer.OuterTile}.
 */
package org.chagres.simd.outer;

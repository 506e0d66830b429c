package org.chagres.simd.conv;

/**
 * Addresses of the arguments of the filter's gradient.
 *
 * @param x the input
 * @param dy the output's gradient
 * @param dw the weight's gradient
 * @param db the bias' gradient, or 0
 */
record FilterArguments(long x, long dy, long dw, long db) {}

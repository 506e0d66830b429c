package org.chagres.simd.conv;

/**
 * Addresses of a direct kernel's arguments.
 *
 * @param source x, or dy for the gradient of the data
 * @param packed the weight
 * @param bias or 0
 * @param target y, or dx
 */
record DirectArguments(long source, long packed, long bias, long target) {}

/**
 * The plain-loop oracle: each family of kernels once more, by its definition, with sums in double and no cleverness.
 *
 * <p>One file a family; nothing here may be fast at the cost of being obvious. Every kernel is tested against it.
 */
package org.chagres.simd.reference;

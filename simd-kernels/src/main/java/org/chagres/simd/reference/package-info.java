/**
 * What the kernels are to compute: plain loops, sums in double, no cleverness, a file for each family. Tests hold every kernel
 * against it; no kernel calls it.
 */
package org.chagres.simd.reference;

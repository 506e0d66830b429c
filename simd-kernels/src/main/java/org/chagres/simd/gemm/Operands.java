package org.chagres.simd.gemm;

/**
 * Where the operands lie: checked addresses.
 *
 * @param a of A
 * @param b of B
 * @param bias of the bias, 0 where there is none
 * @param c of C
 */
record Operands(long a, long b, long bias, long c) {}

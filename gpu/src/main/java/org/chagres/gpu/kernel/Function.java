package org.chagres.gpu.kernel;

/**
 * A function of one operand.
 *
 * @param op its name, as {@code UnaryOp} of the CPU's kernels has it
 * @param alpha its first parameter
 * @param beta its second
 */
public record Function(String op, float alpha, float beta) {}

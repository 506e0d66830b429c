package org.chagres.simd.optim;

/**
 * SGD's options.
 *
 * @param lr learning rate
 * @param momentum factor of the momentum buffer; 0 for none
 * @param dampening taken off the gradient's share in the buffer
 * @param weightDecay factor of the parameter added to the gradient
 * @param nesterov whether the gradient is added to the buffer once more
 * @param maximize whether to step uphill
 * @param first whether the buffer is not yet filled: it becomes the gradient
 */
public record SgdOptions(
    double lr, double momentum, double dampening, double weightDecay, boolean nesterov, boolean maximize,
    boolean first) {}

package org.chagres.simd.optim;

/**
 * RMSprop's options.
 *
 * @param lr learning rate
 * @param alpha factor of the mean square
 * @param eps added to the denominator
 * @param weightDecay factor of the parameter added to the gradient
 * @param momentum factor of the momentum buffer; 0 for none
 * @param centered whether the mean gradient's square is taken off the mean square
 * @param maximize whether to step uphill
 */
public record RmsPropOptions(
    double lr, double alpha, double eps, double weightDecay, double momentum, boolean centered, boolean maximize) {}

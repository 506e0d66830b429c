package org.chagres.simd.optim;

/**
 * The options of Adam and AdamW.
 *
 * @param lr learning rate
 * @param beta1 factor of the first moment
 * @param beta2 factor of the second
 * @param eps added to the denominator
 * @param weightDecay factor of the parameter added to the gradient or, decoupled, taken off the parameter
 * @param decoupled AdamW's weight decay
 * @param maximize whether to step uphill
 * @param step number of this step, from 1
 */
public record AdamOptions(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decoupled,
    boolean maximize,
    long step) {}

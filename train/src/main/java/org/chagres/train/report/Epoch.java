package org.chagres.train.report;

/**
 * The measures of an epoch. One that was not taken, as without validation, is NaN.
 *
 * @param epoch the number of the epoch, counted from 1
 * @param trainLoss mean loss over the training set
 * @param valLoss mean loss over the validation set
 * @param valAccuracy accuracy on the validation set, 0 to 1
 * @param lr learning rate at the end of the epoch
 * @param seconds how long it took
 */
public record Epoch(int epoch, double trainLoss, double valLoss, double valAccuracy, double lr, double seconds) {}

package org.chagres.train.loop;

/**
 * An epoch's figures.
 *
 * @param epoch from 1
 * @param trainLoss mean over the samples, as they were trained on
 * @param validation on the validation data
 * @param lr learning rate of the first group at the end
 * @param seconds of training, validation not counted
 * @param imagesPerSecond in training
 */
public record EpochResult(
    int epoch, double trainLoss, Evaluation validation, double lr, double seconds, double imagesPerSecond) {}

package org.chagres.train.data;

import java.util.function.LongUnaryOperator;

/**
 * One run through an epoch.
 *
 * @param epoch its number
 * @param order index of the sample at each position
 * @param firstBatch the batch it begins with; above 0 after a resume
 */
record Pass(long epoch, LongUnaryOperator order, long firstBatch) {}

/**
 * Measures gathered batch by batch: accuracy, top-k accuracy, confusion matrix, mean loss.
 *
 * <p>What lives here: counting over plain memory. What may not: tensors, drawing, files. Read
 * {@link org.chagres.train.metrics.ClassMetric} first.
 */
package org.chagres.train.metrics;

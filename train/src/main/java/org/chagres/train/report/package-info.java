/**
 * What a run leaves for people to look at: a log of epochs, curves and a confusion matrix as PNG.
 *
 * <p>What lives here: drawing and logging of numbers. What may not: measuring (see {@link org.chagres.train.metrics}),
 * tensors, loops. Drawing needs no screen, but it does need a font on the machine. Read
 * {@link org.chagres.train.report.EpochLog} first.
 */
package org.chagres.train.report;

package org.chagres.train.data;

/**
 * Where a loader is: what a checkpoint must hold for a run to go on with the same samples, augmented in the same way.
 *
 * @param seed of the loader
 * @param epoch current one
 * @param batch batches of the epoch that are done
 */
public record LoaderState(long seed, long epoch, long batch) {}

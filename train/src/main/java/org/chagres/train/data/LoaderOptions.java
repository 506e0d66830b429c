package org.chagres.train.data;

/**
 * What {@link DataLoader.Builder} has gathered and checked.
 *
 * @param slots of the ring: batches decoded ahead and the one the loop has
 */
record LoaderOptions(
    Dataset dataset,
    Sampler sampler,
    long seed,
    int batchSize,
    int workers,
    int slots,
    boolean pinMemory,
    boolean dropLast) {

  /** Batches of an epoch. */
  long batches() {
    long size = sampler.size();
    return dropLast ? size / batchSize : size / batchSize + (size % batchSize == 0 ? 0 : 1);
  }
}

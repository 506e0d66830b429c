package org.chagres.train.data;

import java.util.Optional;
import org.chagres.nn.backend.UploadOps;
import org.chagres.nn.tensor.Device;

/**
 * What {@link DataLoader.Builder} has gathered and checked.
 *
 * @param slots of the ring: batches decoded ahead and the one the loop has or a device copies
 * @param device where batches are to lie
 * @param resident whether the images lie there already, and workers only say which part of which a sample is
 */
record LoaderOptions(
    Dataset dataset,
    Sampler sampler,
    long seed,
    int batchSize,
    int workers,
    int slots,
    boolean pinMemory,
    boolean dropLast,
    Device device,
    boolean resident) {

  /** The way to the device, if its memory is not the host's. */
  Optional<UploadOps> uploads() {
    return device.backend().queues() ? Optional.of(device.backend().uploads()) : Optional.empty();
  }

  /** The images on the device, copied there now. */
  Optional<Resident> images() {
    return resident ? Optional.of(new Resident(SubsetWindows.of(dataset), device, batchSize)) : Optional.empty();
  }

  /** Batches of an epoch. */
  long batches() {
    long size = sampler.size();
    return dropLast ? size / batchSize : size / batchSize + (size % batchSize == 0 ? 0 : 1);
  }
}

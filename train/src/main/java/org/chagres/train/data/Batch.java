package org.chagres.train.data;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Tensor;

/**
 * One batch, in the slot it was decoded into or, with {@link DataLoader.Builder#device}, on a device.
 *
 * <p>A batch is valid until the loop asks for the next one; then its memory is decoded into again. To keep it for
 * longer, {@link #retain} it and {@link #release} it when done: the loader puts a slot in its place meanwhile.
 */
public final class Batch {
  private final Ring ring;
  private final Turns.Seat<?> seat;
  private final SampleSpec spec;
  private final int size;
  private final long index;
  private final long epoch;

  /** Guarded by the ring's lock. */
  int retained;

  private volatile boolean valid = true;
  private Optional<Tensor> inputs = Optional.empty();
  private Optional<Tensor> targets = Optional.empty();

  Batch(Ring ring, Turns.Seat<?> seat, LoaderOptions options, BatchTask task) {
    this.ring = ring;
    this.seat = seat;
    spec = options.dataset().spec();
    size = task.size;
    index = task.batch;
    epoch = task.epoch;
  }

  /** Where it lies. */
  Turns.Seat<?> seat() {
    return seat;
  }

  /** Lets its tensors be those of a device that a slot is copied to; its images are cut there, if they lie there. */
  Batch copiedFrom(Slot slot, Device device, Optional<Resident> resident) {
    inputs = Optional.of(resident.map(images -> images.empty(size))
        .orElseGet(() -> tensor(slot.inputs(), spec.input()).uploaded(device, inputSegment(), this)));
    targets = Optional.of(tensor(slot.targets(), spec.target()).uploaded(device, targetSegment(), this));
    return this;
  }

  /** Number of samples; less than the loader's batch size only in the last batch of an epoch. */
  public int size() {
    return size;
  }

  /** Number of this batch in its epoch, from 0. */
  public long index() {
    return index;
  }

  /** Its epoch. */
  public long epoch() {
    return epoch;
  }

  /** Type and shape of each sample. */
  public SampleSpec spec() {
    return spec;
  }

  /**
   * The inputs, {@code (size, shape...)}, on the loader's device; the tensor is the slot.
   *
   * @throws IllegalStateException if the batch is no longer valid; so does use of the tensor then
   */
  public synchronized Tensor inputs() {
    checkValid();
    if (inputs.isEmpty()) {
      inputs = Optional.of(tensor(inputSegment(), spec.input()));
    }
    return inputs.get();
  }

  /** The targets, {@code (size, shape...)}; as {@link #inputs}. */
  public synchronized Tensor targets() {
    checkValid();
    if (targets.isEmpty()) {
      targets = Optional.of(tensor(targetSegment(), spec.target()));
    }
    return targets.get();
  }

  private Tensor tensor(MemorySegment memory, ArraySpec array) {
    int[] shape = new int[array.shape().size() + 1];
    shape[0] = size;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = array.shape().get(i - 1);
    }
    return Tensor.wrap(memory, array.type(), array.channelsLast(), this, shape);
  }

  /** Ends its use and that of its tensors: the slot goes back. */
  synchronized void invalidate() {
    valid = false;
    inputs.ifPresent(Tensor::free);
    targets.ifPresent(Tensor::free);
  }

  /**
   * Memory of the inputs: {@code (size, shape...)}, channels-last where a sample has rank 3. Not a copy; a GPU's cannot be read from
   * Java.
   *
   * @throws IllegalStateException if the batch is no longer valid
   */
  public MemorySegment inputSegment() {
    checkValid();
    return inputs.map(Tensor::data)
        .orElseGet(() -> seat.place().inputs().asSlice(0, (long) size * spec.input().bytes()));
  }

  /**
   * Memory of the targets: {@code (size, shape...)}. Not a copy.
   *
   * @throws IllegalStateException if the batch is no longer valid
   */
  public MemorySegment targetSegment() {
    checkValid();
    return seat.place().targets().asSlice(0, (long) size * spec.target().bytes());
  }

  /** Keeps the batch valid until it is released as often as it was retained. */
  public Batch retain() {
    ring.retain(this);
    return this;
  }

  /** Undoes one {@link #retain}. */
  public void release() {
    ring.release(this);
  }

  void checkValid() {
    if (!valid) {
      throw new IllegalStateException(
          this + " is no longer valid: its memory went back to the loader; retain() it to keep it for longer");
    }
  }

  @Override
  public String toString() {
    return "batch " + index + " of epoch " + epoch;
  }
}

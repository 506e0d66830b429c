package org.chagres.train.data;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import org.chagres.nn.backend.UploadOps;

/**
 * The device's side of a ring: batches are copied up on a queue of their own, the one that the loop asks for and the one after it,
 * so that this goes up while the step before computes. A slot of the host's is free again when it is copied; one of the device's when
 * all is done that the loop queued before it asked for the next batch. Guarded by the ring's lock, used by the loop's thread.
 */
final class Uploader {
  private static final int LANDINGS = 2;

  private final LoaderOptions options;
  private final Slot.Layout layout;
  private final Optional<Resident> resident;
  private final Turns<DeviceSlot> landings;
  private final ArrayDeque<Slot> leaving = new ArrayDeque<>(); // being copied, the oldest first
  private final ArrayDeque<Batch> arriving = new ArrayDeque<>(); // copied before the loop asked for them

  Uploader(UploadOps uploads, LoaderOptions options, Slot.Layout layout, Optional<Resident> resident) {
    this.options = options;
    this.layout = layout;
    this.resident = resident;
    landings = new Turns<>(LANDINGS, () -> new DeviceSlot(uploads, layout));
  }

  /** Whether batches were copied that the loop has not asked for yet. */
  boolean isAhead() {
    return !arriving.isEmpty();
  }

  /** Queues the copy of a batch, if a place is free for it. */
  boolean upload(Ring ring, BatchTask task) {
    return landings.take().map(place -> {
      try {
        place.fill(task.slot, layout.bytes());
        var batch = new Batch(ring, new Turns.Seat<>(place, landings), options, task);
        arriving.add(batch.copiedFrom(task.slot, options.device(), resident));
      } catch (RuntimeException | Error e) {
        landings.lend(); // another is made in its stead
        place.close();
        throw e;
      }
      leaving.add(task.slot);
      return true;
    }).orElse(false);
  }

  /** The next batch; what is queued from now on finds it copied. */
  Batch next() {
    Batch batch = arriving.removeFirst();
    var place = (DeviceSlot) batch.seat().place();
    place.arrive();
    resident.ifPresent(images -> images.cut(place.inputs(), batch.size(), batch.inputs()));
    return batch;
  }

  /** Hands over the slots of the host's that are copied. */
  void copied(Consumer<Slot> free) {
    while (!leaving.isEmpty() && leaving.getFirst().pages().isCopied()) {
      free.accept(leaving.removeFirst());
    }
  }

  /** Waits for the slot that was first to leave; false if none is leaving. */
  boolean awaitOne() {
    if (leaving.isEmpty()) {
      return false;
    }
    leaving.getFirst().pages().awaitCopied();
    return true;
  }

  /** Nobody will ask for what was copied ahead. */
  void drop() {
    for (Batch batch : arriving) {
      batch.invalidate();
      batch.seat().lend();
      batch.seat().giveBack();
    }
    arriving.clear();
  }

  /** Gives all back, what is being copied once it is. */
  void close() {
    leaving.forEach(Slot::close);
    leaving.clear();
    landings.close();
    resident.ifPresent(Resident::close);
  }
}

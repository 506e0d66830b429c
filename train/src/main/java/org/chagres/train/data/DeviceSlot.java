package org.chagres.train.data;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import org.chagres.nn.backend.UploadOps;

/** Where a batch lies on a device: a copy of a host's {@link Slot}, laid out as that. */
final class DeviceSlot implements Place {
  private static final Cleaner CLEANER = Cleaner.create();

  private final UploadOps.Landing landing;
  private final MemorySegment inputs;
  private final MemorySegment targets;
  private final Cleaner.Cleanable memory;

  DeviceSlot(UploadOps uploads, Slot.Layout layout) {
    UploadOps.Landing made = uploads.landing(layout.bytes());
    memory = CLEANER.register(this, () -> Place.close(made));
    landing = made;
    MemorySegment all = made.read();
    inputs = layout.inputs(all);
    targets = layout.targets(all);
  }

  /** Queues the copy of a slot. */
  void fill(Slot from, long bytes) {
    landing.fill(from.pages(), bytes);
  }

  /** What is queued from now on finds the copy. */
  void arrive() {
    landing.read();
  }

  @Override
  public MemorySegment inputs() {
    return inputs;
  }

  @Override
  public MemorySegment targets() {
    return targets;
  }

  /** Not after a failure of the device, which its next call tells. */
  @Override
  public boolean readersDone() {
    try {
      landing.release();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  @Override
  public void close() {
    memory.clean();
  }
}

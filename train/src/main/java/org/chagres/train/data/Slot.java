package org.chagres.train.data;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Optional;
import org.chagres.nn.backend.UploadOps;
import org.chagres.simd.memory.HostPages;

/**
 * Memory of the host for one batch: inputs, then targets, each beginning on a page. It goes back to the pool when it is closed, or
 * once nobody refers to the slot.
 */
final class Slot implements Place {
  private static final Cleaner CLEANER = Cleaner.create();

  /** Where what lies in the memory of a batch, on the host and on a device. */
  record Layout(long inputBytes, long targetsAt, long targetBytes) {
    private static final long PAGE = 4096;

    static Layout of(SampleSpec spec, int batchSize) {
      return of((long) batchSize * spec.input().bytes(), (long) batchSize * spec.target().bytes());
    }

    static Layout of(long inputBytes, long targetBytes) {
      return new Layout(inputBytes, (inputBytes + PAGE - 1) / PAGE * PAGE, targetBytes);
    }

    long bytes() {
      return targetsAt + targetBytes;
    }

    MemorySegment inputs(MemorySegment all) {
      return all.asSlice(0, inputBytes);
    }

    MemorySegment targets(MemorySegment all) {
      return all.asSlice(targetsAt, targetBytes);
    }
  }

  private final MemorySegment inputs;
  private final MemorySegment targets;
  private final boolean pinned;
  private final Optional<UploadOps.Pinned> pages;
  private final Cleaner.Cleanable memory;

  /**
   * New memory.
   *
   * @param pin whether to lock it, if the system permits
   * @param uploads of the device that copies from it, which locks it in any case
   */
  Slot(Layout layout, boolean pin, Optional<UploadOps> uploads) {
    HostPages taken = HostPages.allocate(layout.bytes(), pin && uploads.isEmpty());
    try {
      pages = uploads.map(u -> u.pin(taken.segment()));
    } catch (RuntimeException | Error e) {
      taken.close();
      throw e;
    }
    Optional<UploadOps.Pinned> held = pages;
    memory = CLEANER.register(this, () -> close(held, taken));
    pinned = taken.locked() || pages.isPresent();
    inputs = layout.inputs(taken.segment());
    targets = layout.targets(taken.segment());
  }

  private static void close(Optional<UploadOps.Pinned> pages, HostPages taken) {
    pages.ifPresent(Place::close);
    taken.close();
  }

  /** For copies to the device. */
  UploadOps.Pinned pages() {
    return pages.orElseThrow();
  }

  /** Whether the system or a device keeps it in memory. */
  boolean pinned() {
    return pinned;
  }

  @Override
  public MemorySegment inputs() {
    return inputs;
  }

  @Override
  public MemorySegment targets() {
    return targets;
  }

  @Override
  public boolean readersDone() {
    return true;
  }

  @Override
  public void close() {
    memory.clean();
  }
}

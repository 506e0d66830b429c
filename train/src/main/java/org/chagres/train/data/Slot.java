package org.chagres.train.data;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import org.chagres.simd.memory.HostPages;

/**
 * Memory of one batch: inputs, then targets, each beginning on a page. It goes back to the pool when it is closed, or
 * once nobody refers to the slot.
 */
final class Slot {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final long PAGE = 4096;

  final MemorySegment inputs;
  final MemorySegment targets;
  final boolean pinned;
  private final Cleaner.Cleanable pages;

  Slot(SampleSpec spec, int batchSize, boolean pin) {
    long inputBytes = (long) batchSize * spec.input().bytes();
    long targetBytes = (long) batchSize * spec.target().bytes();
    long targetsAt = (inputBytes + PAGE - 1) / PAGE * PAGE;
    HostPages taken = HostPages.allocate(targetsAt + targetBytes, pin);
    pages = CLEANER.register(this, taken::close);
    pinned = taken.locked();
    inputs = taken.segment().asSlice(0, inputBytes);
    targets = taken.segment().asSlice(targetsAt, targetBytes);
  }

  /** Hands the memory back; once. */
  void close() {
    pages.clean();
  }
}

package org.chagres.train.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of one batch: inputs, then targets, each beginning on a page. The collector frees it once neither the loader nor a tensor
 * refers to it, so a batch kept for too long is stale, never dangling.
 */
final class Slot {
  private static final long PAGE = 4096;

  final MemorySegment inputs;
  final MemorySegment targets;
  final boolean pinned;
  private final MemorySegment all;

  Slot(SampleSpec spec, int batchSize, boolean pin) {
    long inputBytes = (long) batchSize * spec.input().bytes();
    long targetBytes = (long) batchSize * spec.target().bytes();
    long targetsAt = (inputBytes + PAGE - 1) / PAGE * PAGE;
    all = Arena.ofAuto().allocate(targetsAt + (targetBytes + PAGE - 1) / PAGE * PAGE, PAGE);
    inputs = all.asSlice(0, inputBytes);
    targets = all.asSlice(targetsAt, targetBytes);
    pinned = pin && PageLock.lock(all);
  }

  /** Lets the pages go; the memory itself goes when nobody refers to it. */
  void unpin() {
    if (pinned) {
      PageLock.unlock(all);
    }
  }
}

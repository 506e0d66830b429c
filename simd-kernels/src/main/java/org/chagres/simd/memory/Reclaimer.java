package org.chagres.simd.memory;

import java.lang.ref.Cleaner;

/** The cleaner behind {@link Block#reclaimWhenUnreachable}; its thread starts with the first block that asks for it. */
final class Reclaimer {
  private static final Cleaner CLEANER = Cleaner.create();

  private Reclaimer() {}

  static Cleaner.Cleanable register(Object owner, Block block) {
    return CLEANER.register(owner, new Release(block));
  }

  /** Knows the block and never the owner. */
  private record Release(Block block) implements Runnable {
    @Override
    public void run() {
      block.release();
    }
  }
}

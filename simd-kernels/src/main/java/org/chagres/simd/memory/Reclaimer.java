package org.chagres.simd.memory;

import java.lang.ref.Cleaner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The cleaner behind {@link Block#reclaimWhenUnreachable}; its thread starts with the first block that asks for it. */
final class Reclaimer {
  private static final Cleaner CLEANER = Cleaner.create();

  private static final long COLLECT_MILLIS = 1000;

  private Reclaimer() {}

  /**
   * Runs the garbage collector and waits until the cleaner has begun with what it found; some of it may be left to do.
   *
   * @return false if the thread was interrupted; the interrupt is kept
   */
  static boolean collect() {
    var begun = new CountDownLatch(1);
    CLEANER.register(new Object(), begun::countDown);
    System.gc();
    try {
      begun.await(COLLECT_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

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

package org.chagres.simd.parallel;

/**
 * Hands out the chunks of a phase: each lane has a cursor over a contiguous range, and takes from the others'
 * when its own is empty. A cursor carries the number of its phase, so a lane that lags behind takes nothing
 * of the next one.
 */
final class ChunkCursors {
  private static final long NEXT = 0xFFFF_FFFFL;
  private final PaddedLongs cursors;

  ChunkCursors(int lanes) {
    cursors = new PaddedLongs(lanes);
  }

  /** Begins a phase; the one before is over. */
  void reset(long phase, int chunks, int width) {
    for (int lane = 0; lane < width; lane++) {
      cursors.set(lane, phase << 32 | first(lane, chunks, width));
    }
  }

  /**
   * Takes the next chunk of a lane's range.
   *
   * @param all whether to take all that are left, to do none of them
   * @return the chunk, or -1 if none is left
   */
  int take(int lane, long phase, int chunks, int width, boolean all) {
    int end = first(lane + 1, chunks, width);
    for (;;) {
      long cursor = cursors.get(lane);
      int next = (int) (cursor & NEXT);
      if ((int) (cursor >>> 32) != (int) phase || next >= end) {
        return -1;
      }
      if (cursors.compareAndSet(lane, cursor, cursor + (all ? end - next : 1))) {
        return next;
      }
    }
  }

  /** The first chunk of a lane's range. */
  static int first(int lane, int chunks, int width) {
    return (int) ((long) lane * chunks / width);
  }
}

package org.chagres.simd.optim;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.RangeJob;

/**
 * A pass over up to five f32 blocks of equal length at once. The loop runs over whole vectors; a tail of all blocks
 * is copied to padded vectors and back. A block that is left out has address 0 and is not touched.
 */
abstract class BlockJob extends RangeJob {

  private final long first;
  private final long second;
  private final long third;
  private final long fourth;
  private final long fifth;

  BlockJob(long count, double nanosPerElement, long... blocks) {
    super(count, nanosPerElement);
    this.first = blocks[0];
    this.second = blocks.length > 1 ? blocks[1] : 0;
    this.third = blocks.length > 2 ? blocks[2] : 0;
    this.fourth = blocks.length > 3 ? blocks[3] : 0;
    this.fifth = blocks.length > 4 ? blocks[4] : 0;
  }

  /** Checks a count and returns its bytes. */
  static long bytes(long count) {
    if (count < 0 || count > Long.MAX_VALUE / 64) {
      throw new IllegalArgumentException("count: expected 0 or more elements, got " + count);
    }
    return 4 * count;
  }

  /** The address of a block that an option needs. */
  static long needed(MemorySegment segment, long bytes, String name) {
    if (segment.equals(MemorySegment.NULL)) {
      throw new IllegalArgumentException(name + ": expected a block, as the options ask for it");
    }
    return Native.address(segment, bytes, name);
  }

  /** Does {@code n} elements, a multiple of the lanes, of the blocks at the addresses. */
  abstract void vectors(long a, long b, long c, long d, long e, int n);

  @Override
  public final long localBytes() {
    return 5 * Padded.BYTES;
  }

  @Override
  protected final void run(long begin, int n, long local) {
    int whole = n - n % Lanes.COUNT;
    long at = 4 * begin;
    vectors(first + at, second + at, third + at, fourth + at, fifth + at, whole);
    int tail = n - whole;
    if (tail > 0) {
      long rest = at + 4L * whole;
      load(first, rest, local, 0, tail);
      load(second, rest, local, 1, tail);
      load(third, rest, local, 2, tail);
      load(fourth, rest, local, 3, tail);
      load(fifth, rest, local, 4, tail);
      long b = local + Padded.BYTES;
      long c = b + Padded.BYTES;
      long d = c + Padded.BYTES;
      vectors(local, b, c, d, d + Padded.BYTES, Lanes.COUNT);
      store(first, rest, local, 0, tail);
      store(second, rest, local, 1, tail);
      store(third, rest, local, 2, tail);
      store(fourth, rest, local, 3, tail);
      store(fifth, rest, local, 4, tail);
    }
  }

  private static void load(long block, long rest, long local, int slot, int tail) {
    if (block != 0) {
      Padded.load(block + rest, local + slot * Padded.BYTES, tail);
    }
  }

  private static void store(long block, long rest, long local, int slot, int tail) {
    if (block != 0) {
      Padded.store(local + slot * Padded.BYTES, block + rest, tail);
    }
  }
}

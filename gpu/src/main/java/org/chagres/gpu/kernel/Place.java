package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Where a stream of random numbers stands: by value, or as two words in device memory, seed and offset, which may be
 * moved between replays of a graph.
 *
 * @param seed the generator's key
 * @param offset the first counter
 * @param moving 16 bytes on the device that count instead, or left out
 */
public record Place(long seed, long offset, MemorySegment moving) {

  /** Bytes of a moving place. */
  public static final int BYTES = 16;

  /** By value. */
  public static Place at(long seed, long offset) {
    return new Place(seed, offset, MemorySegment.NULL);
  }

  /** In device memory. */
  public static Place in(MemorySegment moving) {
    return new Place(0, 0, moving);
  }

  /** Writes a moving place's words to host memory, aligned to 8. */
  public void write(MemorySegment host) {
    host.set(JAVA_LONG, 0, seed);
    host.set(JAVA_LONG, 8, offset);
  }

  Arguments write(Arguments a) {
    return a.i64(seed).i64(offset).optional(moving, BYTES, "random stream");
  }

  /** Writes what dropout needs, by PyTorch's scale of the survivors. */
  Arguments writeDrop(double p, Arguments a) {
    return write(a).i32(threshold(p)).f32(scale(p));
  }

  /** The number k / 2^24 is at least p where k is at least this, exactly. */
  private static int threshold(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout: expected a probability of 0 to 1, got " + p);
    }
    return (int) Math.ceil(p * 0x1p24);
  }

  /** What survivors are multiplied by. */
  static float scale(double p) {
    return p == 1 ? 0 : (float) (1 / (1 - p));
  }
}

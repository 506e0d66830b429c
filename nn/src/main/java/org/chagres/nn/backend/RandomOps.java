package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.random.Stream;

/**
 * Random numbers by Philox4x32-10: key = seed, counter = offset + element index / 4, so that the numbers depend on no thread
 * and can be made again.
 */
public interface RandomOps {

  /** f32, uniform in low (inclusive) to high (exclusive). */
  void uniform(Stream at, long count, float low, float high, MemorySegment y);

  /** f32, normal. */
  void normal(Stream at, long count, float mean, float std, MemorySegment y);

  /** int64, uniform in low (inclusive) to high (exclusive). */
  void integers(Stream at, long count, long low, long high, MemorySegment y);

  /** y = x / (1 - p) where the stream's uniform number is at least p, else 0; backward is the same call on dy. */
  void dropout(Stream at, double p, long count, MemorySegment x, MemorySegment y);
}

package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;

/** Images that lie on a device as bytes, made into batches there. */
public interface ImageOps {

  /**
   * Windows of images as floats: (v / 255 - mean) / deviation, rounded as on the CPU.
   *
   * @param n how many windows
   * @param images bytes of all of them
   * @param pick int64 (n): which image each window is of
   * @param place int32 (n, 3): its first row and column, which may lie outside, and whether it is mirrored
   * @param y f32 (n, h, w, c) of the windows
   */
  void windows(
      ImageWindows shape, int n, MemorySegment images, MemorySegment pick, MemorySegment place, MemorySegment y);
}

package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Images of bytes to a batch of normalised floats, channels last. */
public final class ImageKernels extends Launches {

  private final Kernel images = Kernel.of(Source.IMAGE, "images");

  /** Over a stream. */
  public ImageKernels(Launcher launcher) {
    super(launcher);
  }

  /**
   * A batch.
   *
   * @param n how many windows
   * @param x bytes of all images
   * @param pick int64 (n), which image each window is of; left out for the first n
   * @param place int32 (n, 3): first row and column, which may be under 0, and whether it is mirrored; may be left out
   * @param y f32 (n, outH, outW, c)
   */
  public void load(Images s, int n, MemorySegment x, MemorySegment pick, MemorySegment place, MemorySegment y) {
    atLeast(0, n, "windows");
    if (Arguments.isNull(pick) && n > s.images()) {
      throw new IllegalArgumentException("images: expected at most " + s.images() + " windows, got " + n);
    }
    with().at(x, s.bytes(), "x").optional(pick, bytes(n, 8), "pick").optional(place, bytes(3L * n, 4), "place");
    arguments.at(y, floats(s.count(n)), "y").i64(s.images());
    int part = Windows.part(Math.max(1, n), s.count(1));
    arguments.i32(n).i32(s.channels()).i32(s.size().h()).i32(s.size().w()).i32(s.out().h()).i32(s.out().w());
    arguments.i32(s.planar() ? 1 : 0).i32(part);
    arguments.floats(s.scaling().mean(), Images.MAX_CHANNELS).floats(s.scaling().deviation(), Images.MAX_CHANNELS);
    arguments.floats(s.scaling().fill(), Images.MAX_CHANNELS);
    if (n > 0) {
      int parts = (int) ceilDiv(n, part);
      launcher.launch(images, grid(ceilDiv(s.count(n), parts)), parts, arguments);
    }
  }
}

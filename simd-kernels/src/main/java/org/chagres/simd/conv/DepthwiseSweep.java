package org.chagres.simd.conv;

import org.chagres.simd.lanes.Lanes;

/**
 * The depthwise kernel over one part: one channel in, one out. Vectors run over channels; a tile is 5 pixels by one
 * vector, and sums its taps in registers. Where channels are not whole vectors, the source is copied with channels
 * filled up, and the last vector of each pixel is summed in scratch.
 */
final class DepthwiseSweep implements Sweep {
  private final Windows windows;
  private final int[] taps;
  private final int channels;

  DepthwiseSweep(View view, Part part) {
    this.channels = view.target().c();
    int padded = Lanes.roundUp(channels);
    long flops = 2L * part.taps() * channels;
    long pixels = DirectSweep.pixels(flops, part.pixels() * view.images(), 4L * padded);
    this.windows = new Windows(view, part, padded == channels ? 0 : padded, pixels);
    this.taps = windows.taps();
  }

  /** How many chunks. */
  @Override
  public int chunks() {
    return windows.chunks();
  }

  /** Scratch of a chunk: two pixel tables, the tail's pixels, the initial values, the copied source. */
  @Override
  public long localBytes() {
    return sourceAt() + windows.sourceBytes();
  }

  private long tailAt() {
    return 32L * windows.tablePixels();
  }

  private long initAt() {
    return tailAt() + 4L * Tiling.WIDTH * windows.tablePixels();
  }

  private long sourceAt() {
    return initAt() + Math.ceilDiv(4L * Lanes.roundUp(channels), 64L) * 64;
  }

  @Override
  public void run(int chunk, DirectArguments arguments, long packed, long local) {
    int pixels = windows.prepare(chunk, arguments.source(), arguments.target(), local, local + sourceAt());
    int tiles = Math.ceilDiv(pixels, Tiling.PIXELS);
    int padded = Lanes.roundUp(channels);
    int whole = channels / Tiling.LANES * Tiling.LANES;
    long init = Tails.init(arguments.bias(), 0, channels, padded, local + initAt());
    long step = 4L * padded;
    for (int t = 0; t < tiles; t++) {
      long table = local + 16L * Tiling.PIXELS * t;
      for (int c = 0; c < whole; c += Tiling.LANES) {
        DepthwiseTile.direct(taps, table, 4L * c, packed + 4L * c, step, init + 4L * c);
      }
    }
    if (whole < channels) {
      long tail = local + 16L * windows.tablePixels();
      long channel = 4L * whole;
      Tails.table(local, tail, pixels, local + tailAt() - channel);
      for (int t = 0; t < tiles; t++) {
        long table = tail + 16L * Tiling.PIXELS * t;
        DepthwiseTile.direct(taps, table, channel, packed + channel, step, init + channel);
      }
      Tails.store(local, pixels, local + tailAt(), channel, channels - whole);
    }
  }
}

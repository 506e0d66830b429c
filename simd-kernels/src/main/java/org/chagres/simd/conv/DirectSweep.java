package org.chagres.simd.conv;

/**
 * The direct kernel over one part: no matrix is built; each tile of 5 pixels by a block of channels sums its windows in
 * registers, weights packed so that they stream.
 *
 * <p>Loops, outermost first: chunk of pixels (its source fits the second-level cache), group, block of channels, panel
 * of the reduction (its weights fit the first-level cache), tile of pixels, value. Between panels the sums rest in
 * scratch. A last block of channels that is not full is summed in scratch and copied, so the micro-kernels know no
 * tails.
 */
final class DirectSweep implements Sweep {
  private final View view;
  private final Windows windows;
  private final Panel[] panels;
  private final int[] taps;
  private final int depth;
  private final int splits;

  /**
   * A sweep.
   *
   * @param view the pass
   * @param part of it
   */
  DirectSweep(View view, Part part) {
    this.view = view;
    this.depth = part.taps() * view.sourceChannels();
    long flops = 2L * depth * view.target().c();
    long pixels = part.pixels() * view.images();
    this.windows = new Windows(view, part, 0, pixels(flops, pixels, 4L * view.source().c()));
    long work = Math.clamp(pixels * flops / Tiling.CHUNK_FLOPS, 1, 16);
    int blocks = view.groups() * Tiling.blocks(view.targetChannels());
    this.splits = (int) Math.clamp(work / windows.chunks(), 1, blocks);
    this.taps = windows.taps();
    this.panels = Panel.cut(depth);
  }

  /** Pixels of a chunk: enough work, few enough bytes of source, and enough chunks for all threads. */
  static long pixels(long flops, long pixels, long sourceBytes) {
    long byWork = Math.max(2 * Tiling.CHUNK_FLOPS / Math.max(1, flops), Math.ceilDiv(pixels, 64L));
    long byCache = Math.max(16, Tiling.CHUNK_BYTES / sourceBytes);
    long most = Math.min(Math.min(byWork, byCache), Tiling.CHUNK_PIXELS);
    return Math.max(most, Math.clamp(pixels / 16, Math.min(64, pixels), 192));
  }

  /** How many chunks: of pixels, times splits of the channels where pixels alone are too few. */
  @Override
  public int chunks() {
    return windows.chunks() * splits;
  }

  /**
   * Scratch of a chunk: two pixel tables, sums between panels, a block of initial values, a
   * tile's sums, the panels, the copied source.
   */
  @Override
  public long localBytes() {
    return sourceAt() + windows.sourceBytes();
  }

  private long sumsAt() {
    return 32L * windows.tablePixels();
  }

  private long initAt() {
    return sumsAt() + 4L * Tiling.WIDTH * windows.tablePixels();
  }

  private long panelsAt() {
    return initAt() + 4L * Tiling.WIDTH * (1 + Tiling.PIXELS);
  }

  private long sourceAt() {
    return Math.ceilDiv(panelsAt() + Panel.bytes(panels), 64) * 64;
  }

  @Override
  public void run(int chunk, DirectArguments arguments, long packed, long local) {
    int pixels =
        windows.prepare(chunk / splits, arguments.source(), arguments.target(), local, local + sourceAt());
    int channels = view.targetChannels();
    int blocks = Tiling.blocks(channels);
    if (panels.length > 1 || Tiling.paddedChannels(channels) > channels) {
      Tails.table(local, local + 16L * windows.tablePixels(), pixels, local + sumsAt());
    }
    int all = view.groups() * blocks;
    int split = chunk % splits;
    int first = (int) ((long) split * all / splits);
    int last = (int) ((split + 1L) * all / splits);
    for (int i = first; i < last; i++) {
      int group = i / blocks;
      if (i == first || i % blocks == 0) {
        int source = 4 * group * view.sourceChannels();
        Panel.write(panels, taps, view.sourceChannels(), source, local + panelsAt());
      }
      block(i, pixels, arguments, packed, local);
    }
  }

  /** One block of channels of a group. Between panels, and where the block is not full, its sums rest in scratch. */
  private void block(int i, int pixels, DirectArguments arguments, long packed, long local) {
    int channels = view.targetChannels();
    int group = i / Tiling.blocks(channels);
    int block = i % Tiling.blocks(channels);
    int width = Tiling.blockWidth(channels, block);
    int real = Math.min(width, channels - block * Tiling.WIDTH);
    int first = group * channels + block * Tiling.WIDTH;
    long weight =
        packed + 4L * depth * ((long) group * Tiling.paddedChannels(channels) + (long) block * Tiling.WIDTH);
    long init = Tails.init(arguments.bias(), first, real, width, local + initAt());
    long sums = local + sumsAt();
    long inScratch = local + 16L * windows.tablePixels();
    long panel = local + panelsAt();
    long buffer = local + initAt() + 4L * Tiling.WIDTH;
    for (int p = 0; p < panels.length; p++) {
      boolean direct = p == panels.length - 1 && real == width;
      long table = direct ? local : inScratch;
      long target = direct ? 4L * first : 0;
      long from = p == 0 ? init : sums;
      long step = p == 0 ? 0 : 4L * Tiling.WIDTH;
      for (int pixel = 0; pixel < pixels; pixel += Tiling.PIXELS) {
        tile(width, panel, table, weight, buffer);
        TileSums.store(buffer, 4L * width, table, target, from, step);
        table += 16L * Tiling.PIXELS;
        from += step * Tiling.PIXELS;
      }
      int values = panels[p].to() - panels[p].from();
      panel += 4 + 4L * values;
      weight += 4L * values * width;
    }
    if (real < width) {
      Tails.store(local, pixels, sums, 4L * first, real);
    }
  }

  /** The sums of a tile's windows over a panel, into a buffer. */
  private static void tile(int width, long panel, long table, long weight, long buffer) {
    if (width == Tiling.LANES) {
      Tile5x1.direct(panel, table, weight, buffer);
    } else if (Tiling.VECTORS == 4) {
      Tile5x4.direct(panel, table, weight, buffer);
    } else {
      Tile5x2.direct(panel, table, weight, buffer);
    }
  }
}

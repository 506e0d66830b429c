package org.chagres.simd.conv;

/**
 * The direct kernel over one part: no matrix is built; each tile of 6 pixels by a block of channels sums its windows in
 * registers, weights packed so that they stream.
 *
 * <p>Loops, outermost first: chunk of pixels (its source fits the second-level cache), group, block of channels, panel of the
 * reduction (its weights fit the first-level cache), tile of pixels, run of the panel, value. Between panels the sums rest in
 * the target. A last block of channels that is not full is summed in scratch and copied, so the micro-kernels know no tails.
 */
final class DirectSweep implements Sweep {
  private final View view;
  private final Windows windows;
  private final Panel[] panels;
  private final int depth;
  private final int splits;
  private final DirectArguments arguments;
  private final long packed;

  /**
   * A sweep.
   *
   * @param view the pass
   * @param part of it
   * @param arguments addresses
   * @param packed the part's packed weights
   */
  DirectSweep(View view, Part part, DirectArguments arguments, long packed) {
    this.view = view;
    this.arguments = arguments;
    this.packed = packed;
    this.depth = part.taps() * view.sourceChannels();
    long flops = 2L * depth * view.target().c();
    long pixels = part.pixels() * view.images();
    this.windows = new Windows(view, part, 0, pixels(flops, pixels, 4L * view.source().c()));
    long work = Math.clamp(pixels * flops / Tiling.CHUNK_FLOPS, 1, 16);
    int blocks = view.groups() * Tiling.blocks(view.targetChannels());
    this.splits = (int) Math.clamp(work / windows.chunks(), 1, blocks);
    this.panels = Panel.cut(windows.taps(), view.sourceChannels());
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

  /** Scratch of a chunk: two pixel tables, the tail's pixels, a block of initial values, the copied source. */
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
    return initAt() + Math.ceilDiv(4L * Tiling.WIDTH, 64) * 64;
  }

  /** Does a chunk. */
  @Override
  public void run(int chunk, long local) {
    int pixels =
        windows.prepare(chunk / splits, arguments.source(), arguments.target(), local, local + sourceAt());
    int channels = view.targetChannels();
    int blocks = Tiling.blocks(channels);
    boolean tail = channels % Tiling.LANES != 0 || Tiling.paddedChannels(channels) != channels;
    if (tail) {
      Tails.table(local, local + 16L * windows.tablePixels(), pixels, local + tailAt());
    }
    int all = view.groups() * blocks;
    int split = chunk % splits;
    int last = (int) ((split + 1L) * all / splits);
    for (int i = (int) ((long) split * all / splits); i < last; i++) {
      int group = i / blocks;
      int block = i % blocks;
      int first = group * channels + block * Tiling.WIDTH;
      int width = Tiling.blockWidth(channels, block);
      int real = Math.min(width, channels - block * Tiling.WIDTH);
      long init = Tails.init(arguments.bias(), first, real, width, local + initAt());
      long weight = packed
          + 4L * depth * ((long) group * Tiling.paddedChannels(channels) + (long) block * Tiling.WIDTH);
      long source = 4L * group * view.sourceChannels();
      if (real == width) {
        block(new Block(local, pixels, source, weight, 4L * first, init), width);
      } else {
        block(new Block(local + 16L * windows.tablePixels(), pixels, source, weight, 0, init), width);
        Tails.store(local, pixels, local + tailAt(), 4L * first, real);
      }
    }
  }

  private void block(Block b, int width) {
    int tiles = Math.ceilDiv(b.pixels(), Tiling.PIXELS);
    for (Panel panel : panels) {
      long weight = b.weight() + 4L * panel.depth() * width;
      long init = panel.depth() == 0 ? b.init() : 0;
      for (int t = 0; t < tiles; t++) {
        long table = b.table() + 16L * Tiling.PIXELS * t;
        if (width == Tiling.LANES) {
          Tile6x1.direct(panel, table, b.source(), weight, b.target(), init);
        } else if (Tiling.VECTORS == 4) {
          Tile6x4.direct(panel, table, b.source(), weight, b.target(), init);
        } else {
          Tile6x2.direct(panel, table, b.source(), weight, b.target(), init);
        }
      }
    }
  }

  /** A block of channels over a chunk's pixels; the fields are the micro-kernels' arguments. */
  private record Block(long table, int pixels, long source, long weight, long target, long init) {}
}

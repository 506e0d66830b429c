package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.parallel.Job;

/**
 * The forward pass or the gradient of the data.
 *
 * <p>Loops, outermost first: block of tiles (its transformed input stays in the second-level cache), block of target
 * channels (its sums do too), plane, block of source channels (its weights, 4 KiB at 8 lanes, stay in the first-level
 * cache), register tile. Weights stream once for each block of tiles.
 *
 * <p>Where blocks are so few that target channels are split too, the input is transformed in a phase of its own, once for
 * all splits.
 */
final class WinogradJob extends Job {
  private static final long LINE = 64;

  private final Plan plan;
  private final long x;
  private final long packed;
  private final long bias;
  private final long y;

  /**
   * A job.
   *
   * @param plan of the pass
   * @param x the input images
   * @param packed the weight
   * @param bias or 0
   * @param y the output images
   */
  WinogradJob(Plan plan, long x, long packed, long bias, long y) {
    this.plan = plan;
    this.x = x;
    this.packed = packed;
    this.bias = bias;
    this.y = y;
  }

  @Override
  public int phases() {
    return plan.splits() > 1 ? 2 : 1;
  }

  @Override
  public int chunks(int phase) {
    return phase < phases() - 1 ? plan.blocks() : plan.blocks() * plan.splits();
  }

  @Override
  public long sharedBytes() {
    return plan.splits() > 1 ? plan.blocks() * blockBytes() : 0;
  }

  /** Of the transformed input of a block. */
  private long blockBytes() {
    return roundUp(plan.layout().bytes());
  }

  /**
   * Scratch of a chunk: the transformed input, unless it is shared; the sums of a block of channels; the table of pixels with a pixel behind
   * it; zeros; the bias of a block of channels; the pixels of a tile whose block of channels is not full, and their
   * table; the input transform's.
   */
  @Override
  public long localBytes() {
    return inputAt() + InputTransform.scratchBytes();
  }

  private long sumsAt() {
    return plan.splits() > 1 ? 0 : blockBytes();
  }

  private long tableAt() {
    return sumsAt() + 16 * Tiles.ROW * plan.blockTiles();
  }

  private long zerosAt() {
    long pixel = Tiles.ROW * plan.targetBlocks();
    return tableAt() + roundUp(OutputTransform.ENTRY * plan.blockTiles() + pixel);
  }

  private long biasAt() {
    return zerosAt() + Tiles.ROW * Tiles.ROWS;
  }

  private long pixelsAt() {
    return biasAt() + Tiles.ROW;
  }

  private long inputAt() {
    return roundUp(pixelsAt() + 4 * Tiles.ROW + OutputTransform.ENTRY);
  }

  private static long roundUp(long bytes) {
    return Math.ceilDiv(bytes, LINE) * LINE;
  }

  @Override
  public long estimatedNanos() {
    return (long) (plan.flops() / Tiles.FLOPS_PER_NANO);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    int splits = plan.splits();
    int tiles = splits > 1 && phase == 0 ? chunk : chunk / splits;
    long first = (long) tiles * plan.blockTiles();
    int count = (int) Math.min(plan.blockTiles(), plan.grid().tiles() - first);
    long v = splits > 1 ? shared + tiles * blockBytes() : local;
    if (phase == 0) {
      plan.input().run(x, first, count, v, local + inputAt());
    }
    if (phase == phases() - 1) {
      targets(chunk % splits, first, count, v, local);
    }
  }

  /** A split of the target channels. */
  private void targets(int split, long first, int count, long v, long local) {
    OutputTransform.table(plan.grid(), first, count, y, plan.targets(), local + tableAt());
    Floats.zero(local + zerosAt(), Tiles.ROWS * Tiles.WIDTH);
    int all = plan.targetBlocks();
    int last = (int) ((split + 1L) * all / plan.splits());
    for (int block = (int) ((long) split * all / plan.splits()); block < last; block++) {
      products(block, count, v, local);
      outputs(block, count, local);
    }
  }

  /** The sums of a block of channels. */
  private void products(int block, int count, long from, long local) {
    int depth = plan.grid().channels();
    long plane = WeightTransform.planeBytes(depth);
    long zeros = local + zerosAt();
    for (int t = 0; t < 16; t++) {
      long v = from + t * plan.layout().planeBytes();
      long u = packed + (16L * block + t) * plane;
      for (int c = 0; c < depth; c += TileLayout.CHANNELS) {
        int channels = Math.min(TileLayout.CHANNELS, depth - c);
        long sums = local + sumsAt() + t * OutputTransform.PLANE;
        for (int i = 0; i < count; i += Tiles.ROWS) {
          Tiles.product(count - i, v + i * TileLayout.BLOCK, u, channels, sums, c == 0 ? zeros : sums);
          sums += 16 * OutputTransform.PLANE;
        }
        v += plan.layout().blockBytes();
        u += Tiles.ROW * TileLayout.CHANNELS;
      }
    }
  }

  /** The outputs of a block of channels. */
  private void outputs(int block, int count, long local) {
    long channel = Tiles.ROW * block;
    int real = Math.min(Tiles.WIDTH, plan.targets() - Tiles.WIDTH * block);
    long added = local + biasAt();
    Floats.zero(added, Tiles.WIDTH);
    if (bias != 0) {
      MemorySegment.copy(ALL, bias + channel, ALL, added, 4L * real);
    }
    long table = local + tableAt();
    long pixels = local + pixelsAt();
    long places = pixels + 4 * Tiles.ROW;
    for (int p = 0; p < 4; p++) {
      ALL.set(JAVA_LONG, places + 8L * p, pixels + Tiles.ROW * p);
    }
    for (int i = 0; i < count; i++) {
      long sums = local + sumsAt() + i / Tiles.ROWS * 16 * OutputTransform.PLANE + i % Tiles.ROWS * Tiles.ROW;
      if (real == Tiles.WIDTH) {
        OutputTransform.tile(sums, table + OutputTransform.ENTRY * i, channel, added);
      } else {
        OutputTransform.tile(sums, places, 0, added);
        for (int p = 0; p < 4; p++) {
          long to = ALL.get(JAVA_LONG, table + OutputTransform.ENTRY * i + 8L * p) + channel;
          MemorySegment.copy(ALL, pixels + Tiles.ROW * p, ALL, to, 4L * real);
        }
      }
    }
  }
}

package org.chagres.simd.winograd;

import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.lanes.Transpose;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/**
 * Packs a weight (K, C, 3, 3): U = G g Gᵀ for each filter g, G = (1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1), as [block of target
 * channels][plane of 16][source channel][channel of the block]. For the gradient of the data, targets are C's, sources
 * K's, and g is turned by half. Where the last block is not full it repeats its last channel; what comes of it is never
 * stored.
 *
 * <p>Vectors run along target channels, so filters are transposed first, a few source channels at a time.
 */
final class WeightTransform extends Job {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;
  private static final long ROW = Tiles.ROW;

  /** Floats of a filter. */
  private static final int TAPS = 9;

  /** Source channels that are transposed together: whole squares of 8×8. */
  private static final int CHANNELS = 8;

  /** Between planes, so that 16 streams do not meet in one set of a cache. */
  private static final long LINE = 64;

  private final boolean turned;
  private final int sources;
  private final int targets;
  private final long w;
  private final long packed;

  /**
   * A job.
   *
   * @param s the geometry
   * @param pass forward, or the gradient of the data
   * @param w the weight's address
   * @param packed where it goes
   */
  WeightTransform(ConvShape s, ConvPass pass, long w, long packed) {
    this.turned = pass == ConvPass.BACKWARD_DATA;
    this.sources = turned ? s.k() : s.c();
    this.targets = turned ? s.c() : s.k();
    this.w = w;
    this.packed = packed;
  }

  /** Bytes of a plane of a block. */
  static long planeBytes(int sources) {
    return ROW * sources + LINE;
  }

  /** Bytes of a packed weight. */
  static long bytes(int sources, int targets) {
    return 16L * Math.ceilDiv(targets, Tiles.WIDTH) * planeBytes(sources);
  }

  @Override
  public int chunks(int phase) {
    return Math.ceilDiv(targets, Tiles.WIDTH);
  }

  @Override
  public long localBytes() {
    return ROW * TAPS * CHANNELS;
  }

  @Override
  public long estimatedNanos() {
    return 2L * sources * targets;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    int first = chunk * Tiles.WIDTH;
    int valid = Math.min(Tiles.WIDTH, targets - first);
    long plane = planeBytes(sources);
    long to = packed + 16 * plane * chunk;
    if (turned) {
      // The filters of neighbouring targets lie side by side, those of the next source a row of targets further.
      for (int k = 0; k < sources; k++) {
        Transpose.panel(w + 4L * TAPS * ((long) k * targets + first), 4L * TAPS, valid, Tiles.WIDTH, TAPS, local);
        filters(local + ROW * (TAPS - 1), -ROW, to + ROW * k, plane);
      }
    } else {
      for (int c = 0; c < sources; c += CHANNELS) {
        int channels = Math.min(CHANNELS, sources - c);
        long from = w + 4L * TAPS * ((long) first * sources + c);
        Transpose.panel(from, 4L * TAPS * sources, valid, Tiles.WIDTH, TAPS * channels, local);
        for (int i = 0; i < channels; i++) {
          filters(local + ROW * TAPS * i, ROW, to + ROW * (c + i), plane);
        }
      }
    }
  }

  /**
   * G g Gᵀ of a block of filters.
   *
   * @param tap the first tap of all
   * @param step bytes to the next tap
   * @param to where plane 0 goes
   * @param plane bytes to the next plane
   */
  private static void filters(long tap, long step, long to, long plane) {
    FloatVector half = FloatVector.broadcast(S, 0.5f);
    for (int v = 0; v < Tiles.WIDTH; v += LANES) {
      long g0 = (tap + 4L * v) & ADDRESS;
      long g1 = (g0 + 3 * step) & ADDRESS;
      long g2 = (g0 + 6 * step) & ADDRESS;
      long t = to + 4L * v;
      for (int i = 0; i < 4; i++) {
        long g = i == 3 ? g2 : g0;
        var h0 = FloatVector.fromMemorySegment(S, ALL, g, ORDER);
        var h1 = FloatVector.fromMemorySegment(S, ALL, (g + step) & ADDRESS, ORDER);
        var h2 = FloatVector.fromMemorySegment(S, ALL, (g + 2 * step) & ADDRESS, ORDER);
        if (i == 1 || i == 2) {
          var m0 = FloatVector.fromMemorySegment(S, ALL, g1, ORDER);
          var m1 = FloatVector.fromMemorySegment(S, ALL, (g1 + step) & ADDRESS, ORDER);
          var m2 = FloatVector.fromMemorySegment(S, ALL, (g1 + 2 * step) & ADDRESS, ORDER);
          h0 = h0.add(FloatVector.fromMemorySegment(S, ALL, g2, ORDER));
          h1 = h1.add(FloatVector.fromMemorySegment(S, ALL, (g2 + step) & ADDRESS, ORDER));
          h2 = h2.add(FloatVector.fromMemorySegment(S, ALL, (g2 + 2 * step) & ADDRESS, ORDER));
          h0 = i == 1 ? h0.add(m0).mul(half) : h0.sub(m0).mul(half);
          h1 = i == 1 ? h1.add(m1).mul(half) : h1.sub(m1).mul(half);
          h2 = i == 1 ? h2.add(m2).mul(half) : h2.sub(m2).mul(half);
        }
        h0.intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        var even = h0.add(h2);
        even.add(h1).mul(half).intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        even.sub(h1).mul(half).intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        h2.intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        VarHandle.loadLoadFence();
      }
    }
  }
}

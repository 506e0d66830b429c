package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The direct kernel for few target channels, such as the gradient of a picture or the classes of its pixels: as the
 * channels would leave vectors empty, vectors hold neighbouring pixels. The source is copied to planes ({@link
 * Planes}), the sums are planes as well and are brought to the target at the end.
 *
 * <p>Loops, outermost first: chunk of pixels (its planes fit the second-level cache), group, block of source channels,
 * three target channels, tile of pixels, value.
 */
final class PlaneSweep implements Sweep {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Fewer taps use a copied value too seldom to pay for the copy. */
  private static final int LEAST_TAPS = 4;

  private final View view;
  private final Part part;
  private final Planes planes;

  PlaneSweep(View view, Part part) {
    this.view = view;
    this.part = part;
    this.planes = new Planes(view, part);
  }

  /** Whether it is faster than {@link DirectSweep}: windows must be neighbours, channels few. */
  static boolean suits(View view) {
    int padded = Math.ceilDiv(view.targetChannels(), PlaneTile.CHANNELS) * PlaneTile.CHANNELS;
    if (view.depthwise() || padded >= Tiling.paddedChannels(view.targetChannels()) || padded > Tiling.WIDTH) {
      return false;
    }
    int most = 0;
    for (Part part : view.parts()) {
      if (part.rows().step() != 1 || part.cols().step() != 1) {
        return false;
      }
      most = Math.max(most, part.taps());
    }
    return most >= LEAST_TAPS;
  }

  @Override
  public int chunks() {
    return planes.chunks();
  }

  /** Scratch of a chunk: offsets, sums, planes of the source. */
  @Override
  public long localBytes() {
    return sourceAt() + planes.channels() * planes.planeBytes();
  }

  private long sumsAt() {
    return Math.ceilDiv(4L * part.taps() * planes.channels(), 64) * 64;
  }

  private long sourceAt() {
    return sumsAt() + PlaneWeight.blocks(view) * PlaneTile.CHANNELS * planes.sumBytes();
  }

  @Override
  public void run(int chunk, DirectArguments arguments, long packed, long local) {
    planes.offsets(local);
    int channels = view.targetChannels();
    int targets = planes.targets(chunk);
    long sums = local + sumsAt();
    long ofGroup = PlaneWeight.blocks(view) * PlaneWeight.blockBytes(view, part);
    for (int g = 0; g < view.groups(); g++) {
      start(arguments.bias(), g * channels, targets, sums);
      for (int s = 0; s < view.sourceChannels(); s += planes.channels()) {
        int count = Math.min(planes.channels(), view.sourceChannels() - s);
        planes.copy(chunk, arguments.source(), g * view.sourceChannels() + s, count, local + sourceAt());
        long weight = packed + g * ofGroup + 4L * PlaneTile.CHANNELS * part.taps() * s;
        products(count * part.taps(), targets, weight, local);
      }
      planes.store(chunk, sums, arguments.target(), g * channels, channels);
    }
  }

  /** Sets sums to the bias, or to zero. */
  private void start(long bias, int first, int targets, long sums) {
    for (int c = 0; c < PlaneWeight.blocks(view) * PlaneTile.CHANNELS; c++) {
      boolean real = bias != 0 && c < view.targetChannels();
      var value = FloatVector.broadcast(S, real ? ALL.get(JAVA_FLOAT_UNALIGNED, bias + 4L * (first + c)) : 0f);
      long to = (sums + c * planes.sumBytes()) & Tiling.ADDRESS;
      for (int i = 0; i < targets; i += Lanes.COUNT) {
        value.intoMemorySegment(ALL, to + 4L * i, ORDER);
      }
    }
  }

  private void products(int depth, int targets, long weight, long local) {
    long source = local + sourceAt();
    for (int b = 0; b < PlaneWeight.blocks(view); b++) {
      long sums = local + sumsAt() + b * PlaneTile.CHANNELS * planes.sumBytes();
      long with = weight + b * PlaneWeight.blockBytes(view, part);
      for (int t = 0; t < targets; t += PlaneTile.PIXELS) {
        PlaneTile.add(local, depth, source + 4L * t, with, sums + 4L * t, planes.sumBytes());
      }
    }
  }
}

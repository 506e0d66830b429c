package org.chagres.train.data.transform;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.util.HashMap;
import java.util.Map;

/**
 * Separable bilinear resampling with a triangle filter that widens where the image shrinks: what Pillow and torch's
 * {@code interpolate(mode="bilinear", antialias=True)} compute, up to rounding. Along rows first, then along columns.
 */
final class Resampler {
  /** Folders of images of many sizes would else keep weights without end. */
  private static final int MOST_CACHED = 64;

  private final Map<Long, Weights> cache = new HashMap<>();

  /**
   * Resamples interleaved floats.
   *
   * @param from image of shape {@code in}
   * @param middle room for {@code in.height() * out.width()} pixels
   * @param to room for the image of shape {@code out}
   */
  void resize(long from, ImageShape in, long middle, long to, ImageShape out) {
    int c = in.channels();
    long inRow = 4L * c * in.width();
    long outRow = 4L * c * out.width();
    Weights across = weights(in.width(), out.width());
    for (int y = 0; y < in.height(); y++) {
      for (int x = 0; x < out.width(); x++) {
        long s = from + y * inRow + 4L * c * across.first[x];
        mix(s, 4L * c, middle + y * outRow + 4L * c * x, c, across, x);
      }
    }
    Weights down = weights(in.height(), out.height());
    for (int y = 0; y < out.height(); y++) {
      mix(middle + down.first[y] * outRow, outRow, to + y * outRow, c * out.width(), down, y);
    }
  }

  /** Weighted sum of runs of {@code n} floats that begin {@code stride} bytes apart. */
  private static void mix(long from, long stride, long to, int n, Weights w, int i) {
    int begin = w.begin[i];
    int taps = w.begin[i + 1] - begin;
    for (int k = 0; k < n; k++) {
      float sum = 0;
      for (int t = 0; t < taps; t++) {
        sum += w.weight[begin + t] * ALL.get(JAVA_FLOAT_UNALIGNED, from + t * stride + 4L * k);
      }
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * k, sum);
    }
  }

  private Weights weights(int in, int out) {
    if (cache.size() > MOST_CACHED) {
      cache.clear();
    }
    return cache.computeIfAbsent(((long) in << 32) | out, key -> new Weights(in, out));
  }

  /** For each output the inputs it mixes, and with what weights. */
  private static final class Weights {
    final int[] first;
    final int[] begin;
    final float[] weight;

    Weights(int in, int out) {
      double scale = (double) in / out;
      double support = Math.max(1.0, scale);
      first = new int[out];
      begin = new int[out + 1];
      float[] all = new float[out * (2 * (int) Math.ceil(support) + 1)];
      int n = 0;
      for (int i = 0; i < out; i++) {
        double centre = (i + 0.5) * scale;
        int from = Math.max(0, (int) (centre - support + 0.5));
        int to = Math.min(in, (int) (centre + support + 0.5));
        double sum = 0;
        for (int k = from; k < to; k++) {
          sum += triangle((k + 0.5 - centre) / support);
        }
        first[i] = from;
        for (int k = from; k < to; k++) {
          all[n++] = (float) (triangle((k + 0.5 - centre) / support) / sum);
        }
        begin[i + 1] = n;
      }
      weight = all;
    }

    private static double triangle(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  }
}

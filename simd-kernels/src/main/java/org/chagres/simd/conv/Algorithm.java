package org.chagres.simd.conv;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.winograd.Winograd;

/**
 * Which kernels do a pass: decided by channels and the size of an image, never by the number of images, so that one
 * packed weight serves any batch.
 *
 * <p>Measured on 8 lanes, one core, time of the direct kernels over that of Winograd's:
 *
 * <table>
 * <caption>Forward, 1 image and a batch</caption>
 * <tr><th>channels and size</th><th>ratio</th></tr>
 * <tr><td>32→32@32²</td><td>1.7</td></tr>
 * <tr><td>32→64@16², 64→64@16², 128→128@8²</td><td>1.8 to 2.1</td></tr>
 * <tr><td>16→16@8², 24→24@14²</td><td>1.3 to 1.4</td></tr>
 * <tr><td>8→32@16², 32→8@16²</td><td>1.1 to 1.5</td></tr>
 * <tr><td>64→64@3²</td><td>1.1 to 1.2</td></tr>
 * <tr><td>8→8@32², 3→32@32²</td><td>0.4 to 0.7</td></tr>
 * <tr><td>512→512@2²</td><td>0.4 and 1.6</td></tr>
 * </table>
 *
 * <table>
 * <caption>Gradient of the filter, against the better of the direct kernels</caption>
 * <tr><th>images, channels and size</th><th>ratio</th></tr>
 * <tr><td>128: 32→32@32², 32→64@16², 64→64@16², 64→128@8², 128→128@8²</td><td>1.6 to 1.9</td></tr>
 * <tr><td>32: 64→64@32², 128→128@16²; 64: 64→64@2²</td><td>1.8 to 2</td></tr>
 * <tr><td>16: 8→32@16², 32→8@16², 12→12@16², 16→16@8²</td><td>1.3 to 1.6</td></tr>
 * <tr><td>1: 256→256@8², 16→16@8²; 8: 64→64@3²</td><td>1.1</td></tr>
 * <tr><td>32: 8→8@32²; 1 and 4: 512→512@4²</td><td>0.9 to 1</td></tr>
 * <tr><td>128: 3→32@32²</td><td>0.7 to 0.8</td></tr>
 * </table>
 *
 * <p>{@code -Dchagres.convolution=direct} takes the direct kernels for all.
 */
public enum Algorithm {
  /** {@link Direct}: any geometry. */
  DIRECT,
  /** {@link Winograd}: 3×3, stride 1. */
  WINOGRAD;

  /** The system property that, set to {@code direct}, rules out all but the direct kernels. */
  public static final String PROPERTY = "chagres.convolution";

  private static final boolean ALL_DIRECT = allDirect(System.getProperty(PROPERTY));

  /** Fewer channels leave the transforms too little arithmetic to pay for them, or vectors too empty. */
  private static final int LEAST_CHANNELS = Math.max(8, Lanes.COUNT);

  private static final int LEAST_PRODUCT = 4 * LEAST_CHANNELS * LEAST_CHANNELS;

  private static final int LEAST_FILTER_PRODUCT = 2 * LEAST_CHANNELS * LEAST_CHANNELS;

  private static final int LEAST_TILES = 16;

  /** The algorithm of a pass. */
  public static Algorithm of(ConvShape s, ConvPass pass) {
    if (ALL_DIRECT || !Winograd.supports(s, pass)) {
      return DIRECT;
    }
    boolean forward = pass == ConvPass.FORWARD;
    int h = forward ? s.outH() : s.h();
    int w = forward ? s.outW() : s.w();
    // A tile makes 2×2 outputs, of which those over the border are lost; a single tile cannot fill a register tile.
    boolean fills = h >= 3 && w >= 3;
    boolean deep = Math.min(s.c(), s.k()) >= LEAST_CHANNELS && (long) s.c() * s.k() >= LEAST_PRODUCT;
    return fills && deep ? WINOGRAD : DIRECT;
  }

  /**
   * The algorithm of the filter's gradient, which may depend on the number of images: few tiles leave the transform of
   * the 16 sums too little to pay for it.
   */
  public static Algorithm ofFilter(ConvShape s) {
    if (ALL_DIRECT || !Winograd.supports(s, ConvPass.FORWARD)) {
      return DIRECT;
    }
    boolean deep = Math.min(s.c(), s.k()) >= LEAST_CHANNELS && (long) s.c() * s.k() >= LEAST_FILTER_PRODUCT;
    long tiles = Math.ceilDiv(s.outH(), 2L) * Math.ceilDiv(s.outW(), 2) * s.n();
    return deep && tiles >= LEAST_TILES ? WINOGRAD : DIRECT;
  }

  private static boolean allDirect(String value) {
    if (value == null || value.isEmpty() || value.equals("auto")) {
      return false;
    }
    if (value.equals("direct")) {
      return true;
    }
    throw new IllegalArgumentException(PROPERTY + ": expected auto or direct, got " + value);
  }
}

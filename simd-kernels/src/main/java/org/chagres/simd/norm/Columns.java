package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;
import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import org.chagres.simd.shape.NormShape;

/**
 * Addresses of what belongs to a column of a batch norm, each f32 (columns).
 *
 * @param mean mean
 * @param inverseStd 1/√(variance + eps)
 * @param weight weight, or 0 where left out
 * @param bias bias, or 0 where left out
 */
public record Columns(long mean, long inverseStd, long weight, long bias) {

  /** Checks segments and takes their addresses. */
  public static Columns of(NormShape shape, Moments moments, Affine affine) {
    long bytes = 4L * shape.columns();
    return new Columns(
        address(moments.mean(), bytes, "mean"),
        address(moments.inverseStd(), bytes, "inverse std"),
        optionalAddress(affine.weight(), bytes, "weight"),
        optionalAddress(affine.bias(), bytes, "bias"));
  }

  /** Writes the scales of all columns, weight · inverseStd, and behind them the shifts: the bias. */
  public void scalesAndShifts(int columns, long to) {
    for (int c = 0; c < columns; c++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * c, scale(c));
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * columns + 4L * c, shift(c));
    }
  }

  /** weight · inverseStd. */
  float scale(int column) {
    float inverse = ALL.get(JAVA_FLOAT_UNALIGNED, inverseStd + 4L * column);
    return weight == 0 ? inverse : inverse * ALL.get(JAVA_FLOAT_UNALIGNED, weight + 4L * column);
  }

  float shift(int column) {
    return bias == 0 ? 0f : ALL.get(JAVA_FLOAT_UNALIGNED, bias + 4L * column);
  }
}

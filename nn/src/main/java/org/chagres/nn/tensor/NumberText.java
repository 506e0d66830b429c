package org.chagres.nn.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.chagres.simd.shape.DType;

/**
 * How PyTorch writes the numbers of one tensor: all whole, with four decimals, or scientific; padded to one width. The style and the
 * width go by the finite values that are not 0.
 */
record NumberText(DType type, boolean whole, boolean scientific, int width) {

  static NumberText of(double[] values, DType type) {
    boolean whole = true;
    double largest = 0;
    double smallest = Double.MAX_VALUE;
    for (double v : values) {
      if (counts(v)) {
        whole &= v == Math.rint(v);
        largest = Math.max(largest, Math.abs(v));
        smallest = Math.min(smallest, Math.abs(v));
      }
    }
    boolean scientific =
        type.isFloat() && largest > 0 && (largest / smallest > 1000 || largest > 1e8 || !whole && smallest < 1e-4);
    NumberText style = new NumberText(type, whole, scientific, 0);
    int width = 1;
    for (double v : values) {
      if (!type.isFloat() || counts(v)) {
        width = Math.max(width, style.bare(v).length());
      }
    }
    return new NumberText(type, whole, scientific, width);
  }

  private static boolean counts(double v) {
    return v != 0 && Double.isFinite(v);
  }

  /** A value, padded to the width. */
  String text(double v) {
    String bare = bare(v);
    return " ".repeat(Math.max(0, width - bare.length())) + bare;
  }

  private String bare(double v) {
    if (type == DType.BOOL) {
      return v != 0 ? "True" : "False";
    }
    if (!type.isFloat()) {
      return Long.toString((long) v);
    }
    if (Double.isNaN(v)) {
      return "nan";
    }
    String sign = Math.copySign(1, v) < 0 ? "-" : "";
    if (Double.isInfinite(v)) {
      return sign + "inf";
    }
    // The exact value rounded half to even, as C's printf does; Java's format rounds the shortest decimal half up.
    BigDecimal exact = new BigDecimal(Math.abs(v));
    if (scientific) {
      return sign + scientific(exact);
    }
    return whole
        ? sign + exact.setScale(0, RoundingMode.HALF_EVEN).toPlainString() + "."
        : sign + exact.setScale(4, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String scientific(BigDecimal exact) {
    if (exact.signum() == 0) {
      return "0.0000e+00";
    }
    BigDecimal b = exact.round(new MathContext(5, RoundingMode.HALF_EVEN));
    String digits = (b.unscaledValue() + "0000").substring(0, 5);
    int exponent = b.precision() - b.scale() - 1;
    String power = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    return digits.charAt(0) + "." + digits.substring(1) + "e" + (exponent < 0 ? "-" : "+") + power;
  }
}

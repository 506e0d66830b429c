package org.chagres.nn.tensor;

import java.util.Locale;

/** Prints tensors as PyTorch does. */
final class Formatter {

  private static final int EDGE = 3;
  private static final int FULL = 1000;

  private Formatter() {}

  static String format(Tensor t) {
    StringBuilder out = new StringBuilder("tensor(");
    if (t.storage().isFreed()) {
      return out.append("freed, shape=").append(Layout.toString(t.shapeArray())).append(')').toString();
    }
    boolean cut = t.count() > FULL;
    if (t.count() == 0) {
      out.append("[]");
    } else {
      Tensor shown = cut ? corner(t) : t;
      double[] values = shown.detach().toDoubles();
      String[] text = texts(values, t);
      write(out, text, new int[] {0}, shown.shapeArray(), t.shapeArray(), 0, cut);
    }
    if (t.count() == 0 && t.rank() != 1) {
      out.append(", shape=").append(Layout.toString(t.shapeArray()));
    }
    switch (t.dtype()) {
      case F32, BOOL -> {}
      default -> out.append(", dtype=").append(t.dtype().name().toLowerCase(Locale.ROOT));
    }
    if (!t.device().equals(Device.cpu())) {
      out.append(", device=").append(t.device());
    }
    if (t.node() != null) {
      out.append(", gradFn=").append(t.node().op);
    } else if (t.requiresGrad()) {
      out.append(", requiresGrad=true");
    }
    return out.append(')').toString();
  }

  /** First and last few elements of each dimension. */
  private static Tensor corner(Tensor t) {
    try (Grad off = Grad.disabled()) {
      Tensor c = t.detach();
      for (int d = 0; d < c.rank(); d++) {
        int n = c.size(d);
        if (n > 2 * EDGE) {
          c = Tensor.cat(d, c.slice(d, 0, EDGE), c.slice(d, n - EDGE, n));
        }
      }
      return c;
    }
  }

  private static String[] texts(double[] values, Tensor t) {
    String[] out = new String[values.length];
    boolean whole = true;
    double largest = 0;
    double smallest = Double.MAX_VALUE;
    for (double v : values) {
      if (Double.isFinite(v)) {
        whole &= v == Math.rint(v);
        largest = Math.max(largest, Math.abs(v));
        smallest = v == 0 ? smallest : Math.min(smallest, Math.abs(v));
      }
    }
    boolean scientific = largest >= 1e8 || largest > 0 && (smallest < 1e-4 || largest / smallest > 1000) && !whole;
    int width = 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = text(values[i], t, whole, scientific);
      width = Math.max(width, out[i].length());
    }
    if (t.rank() > 0) {
      for (int i = 0; i < out.length; i++) {
        out[i] = " ".repeat(width - out[i].length()) + out[i];
      }
    }
    return out;
  }

  private static String text(double v, Tensor t, boolean whole, boolean scientific) {
    return switch (t.dtype()) {
      case BOOL -> v != 0 ? "True" : "False";
      case I64, I32, U8 -> Long.toString((long) v);
      default -> {
        if (Double.isNaN(v)) {
          yield "nan";
        } else if (Double.isInfinite(v)) {
          yield v > 0 ? "inf" : "-inf";
        } else if (scientific) {
          yield String.format(Locale.ROOT, "%.4e", v);
        }
        yield whole ? String.format(Locale.ROOT, "%.0f.", v) : String.format(Locale.ROOT, "%.4f", v);
      }
    };
  }

  private static void write(
      StringBuilder out, String[] text, int[] at, int[] shown, int[] full, int dim, boolean cut) {
    if (dim == shown.length) {
      out.append(text[at[0]++]);
      return;
    }
    out.append('[');
    boolean last = dim == shown.length - 1;
    String gap = last ? ", " : "," + "\n".repeat(shown.length - dim - 1) + " ".repeat("tensor(".length() + dim + 1);
    for (int i = 0; i < shown[dim]; i++) {
      if (i > 0) {
        out.append(gap);
      }
      if (cut && shown[dim] < full[dim] && i == EDGE) {
        out.append("...").append(gap);
      }
      write(out, text, at, shown, full, dim + 1, cut);
    }
    out.append(']');
  }
}

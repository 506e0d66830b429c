package org.chagres.nn.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.chagres.simd.shape.DType;

/** Prints tensors as PyTorch does: lines of 80 columns, and of more than 1000 elements only the edges. */
final class Formatter {

  private static final int EDGE = 3;
  private static final int FULL = 1000;
  private static final int LINE = 80;
  private static final String OPEN = "tensor(";

  private final double[] values;
  private final NumberText style;
  private final int[] shown;
  private final int[] full;
  private int at;

  private Formatter(Tensor t) {
    boolean cut = t.count() > FULL;
    Tensor part = cut ? corner(t) : t;
    values = part.detach().toDoubles();
    style = NumberText.of(values, t.dtype());
    shown = part.shapeArray();
    full = cut ? t.shapeArray() : shown;
  }

  static String format(Tensor t) {
    if (t.storage().isFreed()) {
      return OPEN + "freed, shape=" + Layout.toString(t.shapeArray()) + ')';
    }
    StringBuilder out = new StringBuilder(OPEN).append(t.count() == 0 ? "[]" : new Formatter(t).body());
    for (String suffix : suffixes(t)) {
      int column = out.length() - out.lastIndexOf("\n") - 1;
      boolean fits = column + suffix.length() + 2 < LINE;
      out.append(fits ? ", " : ",\n" + " ".repeat(OPEN.length())).append(suffix);
    }
    return out.append(')').toString();
  }

  private static List<String> suffixes(Tensor t) {
    List<String> suffixes = new ArrayList<>();
    if (!t.device().equals(Device.cpu())) {
      suffixes.add("device=" + t.device());
    }
    boolean empty = t.count() == 0;
    if (empty && t.rank() != 1) {
      suffixes.add("shape=" + Layout.toString(t.shapeArray()));
    }
    boolean telling = t.dtype() == DType.F32 || !empty && (t.dtype() == DType.I64 || t.dtype() == DType.BOOL);
    if (!telling) {
      suffixes.add("dtype=" + t.dtype().name().toLowerCase(Locale.ROOT));
    }
    if (t.node() != null) {
      suffixes.add("gradFn=" + t.node().op);
    } else if (t.requiresGrad()) {
      suffixes.add("requiresGrad=true");
    }
    return suffixes;
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

  private String body() {
    return shown.length == 0 ? style.text(values[0]) : write(0);
  }

  private String write(int dim) {
    int indent = OPEN.length() + dim;
    boolean last = dim == shown.length - 1;
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < shown[dim]; i++) {
      if (i == EDGE && shown[dim] < full[dim]) {
        parts.add(last ? " ..." : "...");
      }
      parts.add(last ? style.text(values[at++]) : write(dim + 1));
    }
    if (!last) {
      String gap = "," + "\n".repeat(shown.length - dim - 1) + " ".repeat(indent + 1);
      return "[" + String.join(gap, parts) + "]";
    }
    int perLine = Math.max(1, (LINE - indent) / (style.width() + 2));
    StringBuilder out = new StringBuilder("[");
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        out.append(i % perLine == 0 ? ",\n" + " ".repeat(indent + 1) : ", ");
      }
      out.append(parts.get(i));
    }
    return out.append("]").toString();
  }
}

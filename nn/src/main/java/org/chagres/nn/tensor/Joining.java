package org.chagres.nn.tensor;

import java.util.Arrays;
import org.chagres.simd.shape.DType;

/** Tensors joined along a dimension. */
final class Joining {

  private Joining() {}

  static Tensor cat(int dim, Tensor... tensors) {
    if (tensors.length == 0) {
      throw new IllegalArgumentException("cat: expected at least one tensor");
    }
    Tensor first = tensors[0];
    int at = Layout.dim(dim, first.rank());
    if (first.rank() == 0) {
      throw new IllegalArgumentException("cat: tensors without dimensions cannot be joined; use stack");
    }
    DType type = first.dtype();
    long total = 0;
    for (int i = 0; i < tensors.length; i++) {
      Arithmetic.sameDevice("cat", first, tensors[i]);
      int[] s = tensors[i].shape();
      int[] f = first.shape();
      total += s.length > at ? s[at] : 0;
      if (s.length == f.length) {
        s[at] = f[at];
      }
      if (!Arrays.equals(s, f)) {
        throw new IllegalArgumentException(
            "cat: tensor " + i + " is " + Layout.toString(tensors[i].shapeArray()) + ", which differs from "
                + Layout.toString(first.shapeArray()) + " in more than dimension " + at);
      }
      type = tensors[i].dtype() == type ? type : Arithmetic.promote(type, tensors[i].dtype());
    }
    int[] shape = first.shape();
    shape[at] = Math.toIntExact(total);
    Tensor y = Tensor.empty("cat", type, first.device(), shape);
    int start = 0;
    for (Tensor t : tensors) {
      place(y, at, start, Arithmetic.inType(t, type));
      start += t.size(at);
    }
    return Tape.record("cat", y, tensors, Tape.none(), (c, dy) -> {
      int from = 0;
      for (int i = 0; i < tensors.length; i++) {
        int size = tensors[i].size(at);
        if (c.needs(i)) {
          c.gradient(i, Views.copy(Views.slice(dy, at, from, from + size, 1)));
        }
        from += size;
      }
    });
  }

  private static void place(Tensor y, int at, int start, Tensor part) {
    if (part.count() > 0) {
      try (Grad off = Grad.disabled()) {
        Arithmetic.copyInto(Views.slice(y, at, start, start + part.size(at), 1), part);
      }
    }
  }

  static Tensor stack(int dim, Tensor... tensors) {
    Tensor[] lifted = new Tensor[tensors.length];
    for (int i = 0; i < tensors.length; i++) {
      if (!Arrays.equals(tensors[i].shapeArray(), tensors[0].shapeArray())) {
        throw new IllegalArgumentException(
            "stack: tensor " + i + " is " + Layout.toString(tensors[i].shapeArray()) + ", expected "
                + Layout.toString(tensors[0].shapeArray()));
      }
      lifted[i] = tensors[i].unsqueeze(dim);
    }
    return cat(dim < 0 && tensors.length > 0 ? dim + tensors[0].rank() + 1 : dim, lifted);
  }
}

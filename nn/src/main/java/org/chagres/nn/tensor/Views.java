package org.chagres.nn.tensor;

import java.util.Arrays;

/** Other looks at the same elements, and copies where memory order asks for one. */
final class Views {

  private Views() {}

  static Tensor reshape(Tensor x, int[] wanted) {
    int[] shape = Layout.reshaped(x.count(), wanted);
    if (Arrays.equals(shape, x.shapeArray())) {
      return x;
    }
    long[] strides = viewStrides(x, shape);
    Tensor y;
    if (strides != null) {
      y = x.view(shape, strides, x.offset());
    } else {
      Tensor flat = rowMajor(x);
      y = flat.view(shape, Layout.rowMajor(shape), flat.offset());
    }
    return Tape.record("reshape", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, reshape(dy, x.shapeArray())));
  }

  static Tensor view(Tensor x, int[] wanted) {
    int[] shape = Layout.reshaped(x.count(), wanted);
    if (viewStrides(x, shape) == null) {
      throw new IllegalArgumentException(
          "view: the elements of " + Layout.toString(x.shapeArray()) + " with strides " + Arrays.toString(x.strides())
              + " are not in the order of " + Layout.toString(shape) + "; use reshape");
    }
    return reshape(x, shape);
  }

  static Tensor flatten(Tensor x, int startDim, int endDim) {
    int start = Layout.dim(startDim, x.rank());
    int end = Layout.dim(endDim, x.rank());
    if (start > end) {
      throw new IllegalArgumentException("flatten: startDim " + startDim + " comes after endDim " + endDim);
    }
    int[] from = x.shapeArray();
    if (from.length == 0) {
      return reshape(x, new int[] {1});
    }
    int[] shape = new int[from.length - (end - start)];
    System.arraycopy(from, 0, shape, 0, start);
    long joined = 1;
    for (int i = start; i <= end; i++) {
      joined *= from[i];
    }
    shape[start] = Math.toIntExact(joined);
    System.arraycopy(from, end + 1, shape, start + 1, from.length - end - 1);
    return reshape(x, shape);
  }

  static Tensor permute(Tensor x, int[] dims) {
    if (dims.length != x.rank()) {
      throw new IllegalArgumentException(
          "permute: expected " + x.rank() + " dimensions, got " + Arrays.toString(dims));
    }
    int[] order = new int[dims.length];
    int[] back = new int[dims.length];
    Arrays.fill(back, -1);
    for (int i = 0; i < dims.length; i++) {
      order[i] = Layout.dim(dims[i], dims.length);
      if (back[order[i]] >= 0) {
        throw new IllegalArgumentException(
            "permute: dimension " + dims[i] + " is named twice in " + Arrays.toString(dims));
      }
      back[order[i]] = i;
    }
    Tensor y = x.view(Layout.permuted(x.shapeArray(), order), Layout.permuted(x.stridesArray(), order), x.offset());
    return Tape.record("permute", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, permute(dy, back)));
  }

  static Tensor transpose(Tensor x, int a, int b) {
    if (x.rank() == 0) {
      throw new IllegalArgumentException("transpose: the tensor has no dimensions");
    }
    int[] order = new int[x.rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int da = Layout.dim(a, x.rank());
    int db = Layout.dim(b, x.rank());
    order[da] = db;
    order[db] = da;
    return permute(x, order);
  }

  static Tensor unsqueeze(Tensor x, int dim) {
    int at = Layout.dim(dim, x.rank() + 1);
    int[] shape = new int[x.rank() + 1];
    long[] strides = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = i == at ? 1 : x.shapeArray()[i < at ? i : i - 1];
      strides[i] = i == at ? 1 : x.stridesArray()[i < at ? i : i - 1];
    }
    Tensor y = x.view(shape, strides, x.offset());
    return Tape.record("unsqueeze", y, Tape.list(x), Tape.none(),
        (c, dy) -> c.gradient(0, reshape(dy, x.shapeArray())));
  }

  static Tensor squeeze(Tensor x, int dim) {
    int at = Layout.dim(dim, x.rank());
    if (x.rank() == 0 || x.shapeArray()[at] != 1) {
      return x;
    }
    Tensor y = dropped(x, at, x.offset());
    return Tape.record("squeeze", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, reshape(dy, x.shapeArray())));
  }

  static Tensor select(Tensor x, int dim, int index) {
    if (x.rank() == 0) {
      throw new IllegalArgumentException("select: the tensor has no dimensions");
    }
    int at = Layout.dim(dim, x.rank());
    int size = x.shapeArray()[at];
    if (index < -size || index >= size) {
      throw new IndexOutOfBoundsException(
          "index " + index + " is out of range for dimension " + dim + " of size " + size);
    }
    int i = index < 0 ? index + size : index;
    Tensor y = dropped(x, at, x.offset() + i * x.stridesArray()[at]);
    return Tape.record("select", y, Tape.list(x), Tape.none(), (c, dy) -> {
      Tensor dx = zerosLike(x);
      Arithmetic.copyInto(dropped(dx, at, i * dx.stridesArray()[at]), dy);
      c.gradient(0, dx);
    });
  }

  private static Tensor dropped(Tensor x, int at, long offset) {
    int[] shape = new int[x.rank() - 1];
    long[] strides = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = x.shapeArray()[i < at ? i : i + 1];
      strides[i] = x.stridesArray()[i < at ? i : i + 1];
    }
    return x.view(shape, strides, offset);
  }

  static Tensor slice(Tensor x, int dim, int start, int end, int step) {
    if (x.rank() == 0) {
      throw new IllegalArgumentException("slice: the tensor has no dimensions");
    }
    int at = Layout.dim(dim, x.rank());
    if (step < 1) {
      throw new IllegalArgumentException("slice: expected a step of 1 or more, got " + step);
    }
    int size = x.shapeArray()[at];
    int from = Math.clamp(start < 0 ? (long) start + size : start, 0, size);
    int to = Math.clamp(end < 0 ? (long) end + size : end, from, size);
    int[] shape = x.shape();
    shape[at] = Math.ceilDiv(to - from, step);
    long[] strides = x.strides();
    strides[at] *= step;
    long offset = x.offset() + from * x.stridesArray()[at];
    Tensor y = x.view(shape, strides, offset);
    return Tape.record("slice", y, Tape.list(x), Tape.none(), (c, dy) -> {
      Tensor dx = zerosLike(x);
      Arithmetic.copyInto(slice(dx, at, from, to, step), dy);
      c.gradient(0, dx);
    });
  }

  private static Tensor zerosLike(Tensor x) {
    return Tensor.empty("gradient", x.dtype(), x.device(), x.shapeArray()).fill(0);
  }

  static Tensor expand(Tensor x, int[] wanted) {
    int lead = wanted.length - x.rank();
    if (lead < 0) {
      throw new IllegalArgumentException(
          "expand: " + Layout.toString(wanted) + " has fewer dimensions than " + Layout.toString(x.shapeArray()));
    }
    int[] shape = wanted.clone();
    for (int i = 0; i < shape.length; i++) {
      int has = i < lead ? 1 : x.shapeArray()[i - lead];
      if (shape[i] == -1 && i >= lead) {
        shape[i] = has;
      }
      if (has != 1 && has != shape[i] || shape[i] < 0) {
        throw new IllegalArgumentException(
            "expand: " + Layout.toString(x.shapeArray()) + " does not broadcast to " + Layout.toString(wanted));
      }
    }
    if (Arrays.equals(shape, x.shapeArray())) {
      return x;
    }
    Tensor y = x.view(shape, Layout.broadcastStrides(x.shapeArray(), x.stridesArray(), shape), x.offset());
    return Tape.record("expand", y, Tape.list(x), Tape.none(),
        (c, dy) -> c.gradient(0, Arithmetic.sumTo(dy, x.shapeArray())));
  }

  static Tensor copy(Tensor x) {
    Tensor y = x.freshLike("copy");
    Arithmetic.copyInto(y, x);
    return Tape.record("copy", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, dy));
  }

  static Tensor contiguous(Tensor x) {
    if (x.isContiguous()) {
      return x;
    }
    Tensor y = rowMajor(x);
    return Tape.record("contiguous", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, dy));
  }

  static Tensor channelsLast(Tensor x) {
    if (x.rank() != 4) {
      throw new IllegalStateException(
          "channelsLast: expected 4 dimensions (N, C, H, W), got " + Layout.toString(x.shapeArray()));
    }
    if (x.isChannelsLast()) {
      return x;
    }
    Tensor y =
        Tensor.empty("channels_last", x.dtype(), x.device(), x.shapeArray(), Layout.channelsLast(x.shapeArray()));
    Arithmetic.copyInto(y, x);
    return Tape.record("channels_last", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, dy));
  }

  /** A row-major copy, unless it is row-major; not recorded. */
  private static Tensor rowMajor(Tensor x) {
    if (x.isContiguous()) {
      return x;
    }
    Tensor y = Tensor.empty("copy", x.dtype(), x.device(), x.shapeArray(), Layout.rowMajor(x.shapeArray()));
    Arithmetic.copyInto(y, x);
    return y;
  }

  /** Strides under which the same memory has the new shape in row-major order of the old, or null if there are none. */
  private static long[] viewStrides(Tensor x, int[] shape) {
    if (x.count() == 0) {
      return Layout.rowMajor(shape);
    }
    int[] from = new int[x.rank()];
    long[] strides = new long[x.rank()];
    int rank = 0;
    for (int i = 0; i < x.rank(); i++) {
      if (x.shapeArray()[i] != 1) {
        from[rank] = x.shapeArray()[i];
        strides[rank++] = x.stridesArray()[i];
      }
    }
    long[] out = new long[shape.length];
    int to = shape.length - 1;
    for (int i = rank - 1; i >= 0; i--) {
      // A run of old dimensions that memory goes through as one must be filled by new ones exactly.
      long run = from[i];
      long step = strides[i];
      while (i > 0 && strides[i - 1] == step * run) {
        i--;
        run *= from[i];
      }
      long filled = 1;
      while (to >= 0 && (filled < run || shape[to] == 1)) {
        out[to] = step * filled;
        filled *= shape[to];
        to--;
      }
      if (filled != run) {
        return null;
      }
    }
    while (to >= 0) {
      out[to--] = 1;
    }
    return out;
  }
}

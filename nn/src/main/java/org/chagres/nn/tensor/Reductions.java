package org.chagres.nn.tensor;

import java.util.Arrays;
import java.util.Locale;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/**
 * Reductions, and the functions along a dimension built on them. A kernel reduces the middle of (outer, length, inner); here the
 * dimensions, in the order of memory, are joined into that form, one run of neighbours after another.
 */
final class Reductions {

  private Reductions() {}

  static Tensor all(Tensor x, ReduceOp op) {
    return over(x, op, false);
  }

  static Tensor over(Tensor x, ReduceOp op, boolean keepDim, int... dims) {
    String name = op.name().toLowerCase(Locale.ROOT);
    boolean[] reduced = dims.length == 0 ? everything(x) : chosen(x, dims);
    Tensor in = x;
    if (!x.dtype().isFloat() && op == ReduceOp.SUM) {
      return shaped(integers(x.dense(), reduced), x, reduced, keepDim);
    } else if (x.dtype() != DType.F32) {
      in = toF32(x, name);
    }
    in = in.dense();
    long length = length(in.shapeArray(), reduced);
    Tensor full = reduce(in, op == ReduceOp.MEAN ? ReduceOp.SUM : op, reduced, name);
    if (op == ReduceOp.MEAN) {
      full = Arithmetic.divide(full, length);
    }
    Tensor kept = full.detach();
    Tensor source = in;
    Tensor recorded = Tape.record(name, full.detach(), Tape.list(x),
        needsInput(op) ? Tape.list(source, kept) : Tape.none(), (c, dy) -> c.gradient(0, switch (op) {
          case SUM -> dy.expand(x.shapeArray());
          case MEAN -> Arithmetic.divide(dy, length).expand(x.shapeArray());
          case SUM_SQUARES -> Arithmetic.affine(c.saved(0), 2, 0, name).mul(dy);
          case LOGSUMEXP -> c.saved(0).sub(c.saved(1)).exp().mul(dy);
          case PROD, MAX, MIN -> throw new IllegalStateException(name + " has no gradient in this form");
        }));
    return shaped(recorded, x, reduced, keepDim);
  }

  private static boolean needsInput(ReduceOp op) {
    return op == ReduceOp.SUM_SQUARES || op == ReduceOp.LOGSUMEXP;
  }

  static Tensor variance(Tensor x, double correction, boolean keepDim, int... dims) {
    boolean[] reduced = dims.length == 0 ? everything(x) : chosen(x, dims);
    // One run of neighbours in memory, so that mean and variance come from one kernel.
    Tensor in = together(toF32(x, "var"), reduced);
    Run run = Run.first(in, reduced);
    long length = length(x.shapeArray(), reduced);
    int[] shape = kept(x.shapeArray(), reduced);
    Tensor mean = like(in, shape, "var");
    Tensor y = like(in, shape, "var");
    in.backend().reduce().variance(run.shape, correction, in.data(), mean.data(), y.data());
    Tensor recorded = Tape.record("var", y, Tape.list(x), Tape.list(in, mean),
        (c, dy) -> c.gradient(0, c.saved(0).sub(c.saved(1)).mul(2.0 / (length - correction)).mul(dy)));
    return shaped(recorded, x, reduced, keepDim);
  }

  static Tensor.Extremes extremes(Tensor x, boolean largest, int dim, boolean keepDim) {
    String name = largest ? "max" : "min";
    boolean[] reduced = chosen(x, dim);
    if (length(x.shapeArray(), reduced) == 0) {
      throw new IllegalArgumentException(
          name + ": expected at least one element in dimension " + dim + ", got " + Layout.toString(x.shapeArray()));
    }
    if (x.dtype() == DType.I64 || x.dtype() == DType.I32) {
      return WholeNumbers.extremes(x, largest, dim, keepDim);
    }
    Tensor in = toF32(x, name).dense();
    Run run = Run.first(in, reduced);
    int[] shape = kept(x.shapeArray(), reduced);
    Tensor values = like(in, shape, name);
    Tensor indices = Tensor.empty(name, DType.I64, in.device(), shape, values.stridesArray());
    in.backend().reduce().argReduce(largest, run.shape, in.data(), values.data(), indices.data());
    Tensor recorded = Tape.record(name, values, Tape.list(x), Tape.list(in, indices), (c, dy) -> {
      Tensor source = c.saved(0);
      Tensor dx = source.freshLike(name);
      Tensor d = Elementwise.like(dy, values.detach());
      source.backend().reduce().argReduceBackward(run.shape, d.data(), c.saved(1).data(), dx.data());
      c.gradient(0, dx);
      java.lang.ref.Reference.reachabilityFence(d);
    });
    Tensor outValues = shaped(recorded, x, reduced, keepDim);
    if (x.dtype() != DType.F32) {
      outValues = outValues.to(x.dtype());
    }
    return new Tensor.Extremes(outValues, shaped(indices, x, reduced, keepDim));
  }

  static Tensor softmax(Tensor x, boolean log, int dim) {
    String name = log ? "log_softmax" : "softmax";
    boolean[] reduced = chosen(x, dim);
    Tensor in = toF32(x, name).dense();
    ReduceShape shape = Run.first(in, reduced).shape;
    Tensor y = in.freshLike(name);
    in.backend().reduce().softmax(log, shape, in.data(), y.data());
    java.lang.ref.Reference.reachabilityFence(in);
    return Tape.record(name, y, Tape.list(x), Tape.list(y), (c, dy) -> {
      Tensor out = c.saved(0);
      Tensor d = Elementwise.like(dy, out);
      Tensor dx = out.freshLike(name);
      out.backend().reduce().softmaxBackward(log, shape, d.data(), out.data(), dx.data());
      c.gradient(0, dx);
      java.lang.ref.Reference.reachabilityFence(d);
    });
  }

  static long countTrue(Tensor x) {
    try (Grad off = Grad.disabled()) {
      return (x.dtype() == DType.BOOL ? x : x.ne(0)).sum().toLongs()[0];
    }
  }

  // ---- Dimensions -------------------------------------------------------------------------------------------------------

  /** A run of neighbouring reduced dimensions, in the order of memory. Dimensions of size 1 have no place in that order. */
  private record Run(ReduceShape shape, int[] dims) {

    static Run first(Tensor x, boolean[] reduced) {
      int[] shape = x.shapeArray();
      int[] order = Layout.order(shape, x.stridesArray());
      int start = 0;
      while (start < order.length && (!reduced[order[start]] || shape[order[start]] == 1)) {
        start++;
      }
      int end = start;
      while (end < order.length && (reduced[order[end]] || shape[order[end]] == 1)) {
        end++;
      }
      return new Run(
          new ReduceShape(product(shape, order, 0, start), product(shape, order, start, end),
              product(shape, order, end, order.length)),
          Arrays.copyOfRange(order, start, end));
    }

    private static long product(int[] shape, int[] order, int from, int to) {
      long n = 1;
      for (int i = from; i < to; i++) {
        n *= shape[order[i]];
      }
      return n;
    }
  }

  /** Run after run; the result keeps the reduced dimensions with size 1. */
  private static Tensor reduce(Tensor x, ReduceOp op, boolean[] reduced, String name) {
    Tensor in = x;
    boolean[] left = longer(x, reduced);
    do {
      Run run = Run.first(in, left);
      int[] shape = in.shape();
      for (int d : run.dims) {
        if (left[d]) {
          shape[d] = 1;
          left[d] = false;
        }
      }
      Tensor y = like(in, shape, name);
      in.backend().reduce().reduce(op, run.shape, in.data(), y.data());
      java.lang.ref.Reference.reachabilityFence(in);
      in = y;
      if (op == ReduceOp.SUM_SQUARES && any(left)) {
        return reduce(in, ReduceOp.SUM, left, name);
      }
    } while (any(left));
    return in;
  }

  private static Tensor integers(Tensor x, boolean[] reduced) {
    Tensor in = x;
    boolean[] left = longer(x, reduced);
    do {
      Run run = Run.first(in, left);
      int[] shape = in.shape();
      for (int d : run.dims) {
        shape[d] = 1;
        left[d] = false;
      }
      Tensor y = Tensor.empty("sum", DType.I64, in.device(), shape, shrunk(in, shape));
      in.backend().reduce().sumIntegers(in.dtype(), run.shape, in.data(), y.data());
      java.lang.ref.Reference.reachabilityFence(in);
      in = y;
    } while (any(left));
    return in;
  }

  /** Those of more than one element; the others are reduced as they are. */
  private static boolean[] longer(Tensor x, boolean[] reduced) {
    boolean[] left = reduced.clone();
    for (int d = 0; d < left.length; d++) {
      left[d] &= x.shapeArray()[d] != 1;
    }
    return left;
  }

  /** Brings the reduced dimensions next to each other in memory. */
  private static Tensor together(Tensor x, boolean[] reduced) {
    Tensor in = x.dense();
    Run run = Run.first(in, reduced);
    if (run.shape.length() == length(in.shapeArray(), reduced)) {
      return in;
    }
    int[] order = new int[x.rank()];
    int n = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < order.length; i++) {
        if (reduced[i] == (pass == 1)) {
          order[n++] = i;
        }
      }
    }
    int[] back = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      back[order[i]] = i;
    }
    try (Grad off = Grad.disabled()) {
      return in.permute(order).contiguous().permute(back);
    }
  }

  private static boolean[] everything(Tensor x) {
    boolean[] reduced = new boolean[x.rank()];
    Arrays.fill(reduced, true);
    return reduced;
  }

  private static boolean[] chosen(Tensor x, int... dims) {
    boolean[] reduced = new boolean[x.rank()];
    for (int dim : dims) {
      int d = Layout.dim(dim, x.rank());
      if (x.rank() > 0) {
        if (reduced[d]) {
          throw new IllegalArgumentException("dimension " + dim + " is named twice");
        }
        reduced[d] = true;
      }
    }
    return reduced;
  }

  /** A fresh tensor whose dimensions follow one another in memory as in x. */
  private static Tensor like(Tensor x, int[] shape, String name) {
    return Tensor.empty(name, x.dtype(), x.device(), shape, shrunk(x, shape));
  }

  private static long[] shrunk(Tensor x, int[] shape) {
    int[] order = Layout.order(x.shapeArray(), x.stridesArray());
    long[] strides = new long[shape.length];
    long step = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      strides[order[i]] = step;
      step *= Math.max(1, shape[order[i]]);
    }
    return strides;
  }

  private static int[] kept(int[] shape, boolean[] reduced) {
    int[] out = shape.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] = reduced[i] ? 1 : out[i];
    }
    return out;
  }

  private static long length(int[] shape, boolean[] reduced) {
    long n = 1;
    for (int i = 0; i < shape.length; i++) {
      n *= reduced[i] ? shape[i] : 1;
    }
    return n;
  }

  private static Tensor shaped(Tensor full, Tensor x, boolean[] reduced, boolean keepDim) {
    if (keepDim) {
      return full;
    }
    int[] shape = new int[x.rank()];
    int n = 0;
    for (int i = 0; i < shape.length; i++) {
      if (!reduced[i]) {
        shape[n++] = x.shapeArray()[i];
      }
    }
    return Views.reshape(full, Arrays.copyOf(shape, n));
  }

  private static Tensor toF32(Tensor x, String name) {
    if (x.dtype() == DType.F64) {
      throw new IllegalArgumentException(name + ": expected f32, got f64; use to(DType.F32)");
    }
    return Arithmetic.inType(x, DType.F32);
  }

  private static boolean any(boolean[] flags) {
    for (boolean f : flags) {
      if (f) {
        return true;
      }
    }
    return false;
  }
}

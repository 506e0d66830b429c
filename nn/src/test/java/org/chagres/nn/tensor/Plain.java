package org.chagres.nn.tensor;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** The reference for tensors: row-major doubles, every op a loop over indices. */
record Plain(double[] data, int... shape) {

  interface FromIndex {
    double at(int[] index);
  }

  static Plain of(int[] shape, FromIndex f) {
    double[] data = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < data.length; i++) {
      data[i] = f.at(index(i, shape));
    }
    return new Plain(data, shape);
  }

  static Plain of(Tensor t) {
    return new Plain(t.toDoubles(), t.shape());
  }

  static Plain random(Random random, int... shape) {
    return of(shape, i -> random.nextInt(-500, 500) / 100.0);
  }

  static int[] index(int flat, int[] shape) {
    int[] index = new int[shape.length];
    for (int d = shape.length - 1, rest = flat; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest /= shape[d];
    }
    return index;
  }

  double at(int... index) {
    int flat = 0;
    for (int d = 0; d < shape.length; d++) {
      flat = flat * shape[d] + index[d];
    }
    return data[flat];
  }

  Plain permute(int... dims) {
    int[] to = Arrays.stream(dims).map(d -> shape[d]).toArray();
    return of(to, index -> {
      int[] from = new int[dims.length];
      for (int d = 0; d < dims.length; d++) {
        from[dims[d]] = index[d];
      }
      return at(from);
    });
  }

  Plain slice(int dim, int start, int end, int step) {
    int[] to = shape.clone();
    to[dim] = Math.ceilDiv(end - start, step);
    return of(to, index -> {
      int[] from = index.clone();
      from[dim] = start + index[dim] * step;
      return at(from);
    });
  }

  /** Repeated to a shape it broadcasts to. */
  Plain expand(int... to) {
    int lead = to.length - shape.length;
    return of(to, index -> {
      int[] from = new int[shape.length];
      for (int d = 0; d < from.length; d++) {
        from[d] = shape[d] == 1 ? 0 : index[lead + d];
      }
      return at(from);
    });
  }

  Plain reshape(int... to) {
    return new Plain(data, to);
  }

  /** Reduces dimensions, which keep the size 1; the function sees the values in row-major order. */
  Plain reduce(boolean[] reduced, ToDoubleFunction<double[]> f) {
    int[] kept = shape.clone();
    int[] inside = shape.clone();
    for (int d = 0; d < kept.length; d++) {
      kept[d] = reduced[d] ? 1 : shape[d];
      inside[d] = reduced[d] ? shape[d] : 1;
    }
    int length = Arrays.stream(inside).reduce(1, (a, b) -> a * b);
    return of(kept, index -> {
      double[] values = new double[length];
      for (int i = 0; i < length; i++) {
        int[] from = index(i, inside);
        for (int d = 0; d < from.length; d++) {
          from[d] += index[d];
        }
        values[i] = at(from);
      }
      return f.applyAsDouble(values);
    });
  }

  float[] floats() {
    float[] out = new float[data.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) data[i];
    }
    return out;
  }

  /** As an f32 tensor. */
  Tensor tensor() {
    return Tensor.of(floats(), shape);
  }
}

package org.chagres.nn.tensor;

import java.util.Arrays;

/** Arithmetic of shapes and strides; strides count elements. */
final class Layout {

  private Layout() {}

  /** Number of elements. */
  static long count(int[] shape) {
    long n = 1;
    for (int d : shape) {
      n = Math.multiplyExact(n, (long) d);
    }
    return n;
  }

  /** Checks that sizes are 0 or more and their product fits. */
  static int[] checked(int[] shape) {
    for (int d : shape) {
      if (d < 0) {
        throw new IllegalArgumentException("shape: expected sizes of 0 or more, got " + toString(shape));
      }
    }
    try {
      Math.multiplyExact(count(shape), 8L);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("shape: too many elements, " + toString(shape), e);
    }
    return shape;
  }

  /** Row-major strides. */
  static long[] rowMajor(int[] shape) {
    long[] s = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      s[i] = step;
      step *= Math.max(1, shape[i]);
    }
    return s;
  }

  /** Strides of (N, C, H, W) that lies in memory as (N, H, W, C). */
  static long[] channelsLast(int[] shape) {
    long c = Math.max(1, shape[1]);
    long w = Math.max(1, shape[3]) * c;
    return new long[] {Math.max(1, shape[2]) * w, 1, w, c};
  }

  /** How a fresh tensor lies: channels last in four dimensions, else row-major. */
  static long[] usual(int[] shape) {
    return shape.length == 4 ? channelsLast(shape) : rowMajor(shape);
  }

  /** Whether the strides are the wanted ones wherever a dimension has more than one element. */
  static boolean same(int[] shape, long[] strides, long[] wanted) {
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] != 1 && strides[i] != wanted[i]) {
        return count(shape) == 0;
      }
    }
    return true;
  }

  /** Whether elements lie as {@link #rowMajor} has them. */
  static boolean isRowMajor(int[] shape, long[] strides) {
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != step) {
        return count(shape) == 0;
      }
      step *= Math.max(1, shape[i]);
    }
    return true;
  }

  /** Whether elements of four dimensions lie as {@link #channelsLast} has them. */
  static boolean isChannelsLast(int[] shape, long[] strides) {
    long c = Math.max(1, shape[1]);
    long w = Math.max(1, shape[3]) * c;
    boolean right = (shape[1] == 1 || strides[1] == 1)
        && (shape[3] == 1 || strides[3] == c)
        && (shape[2] == 1 || strides[2] == w)
        && (shape[0] == 1 || strides[0] == Math.max(1, shape[2]) * w);
    return right || count(shape) == 0;
  }

  /** Whether the elements fill a stretch of memory, in any order of dimensions. */
  static boolean isDense(int[] shape, long[] strides) {
    long count = count(shape);
    if (count == 0) {
      return true;
    }
    // Each pass takes the dimension that goes on where the last one ended; sizes of 1 do not count.
    long step = 1;
    boolean found = true;
    while (step < count && found) {
      found = false;
      for (int i = 0; i < shape.length; i++) {
        if (shape[i] != 1 && strides[i] == step) {
          step *= shape[i];
          found = true;
          break;
        }
      }
    }
    return step == count;
  }

  /** Dimensions in the order of memory, outermost first, for strides that are dense. */
  static int[] order(int[] shape, long[] strides) {
    int n = shape.length;
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int at = i;
      // Insertion by falling stride; size-1 dimensions keep their place among equals.
      while (at > 0 && strides[order[at - 1]] < strides[i]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = i;
    }
    return order;
  }

  /** The shape both broadcast to. */
  static int[] broadcast(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] out = new int[rank];
    for (int i = 0; i < rank; i++) {
      int da = i < rank - a.length ? 1 : a[i - (rank - a.length)];
      int db = i < rank - b.length ? 1 : b[i - (rank - b.length)];
      if (da != db && da != 1 && db != 1) {
        throw new IllegalArgumentException(
            "shapes " + toString(a) + " and " + toString(b) + " do not broadcast: sizes " + da + " and " + db
                + " in dimension " + i);
      }
      out[i] = da == 1 ? db : da;
    }
    return out;
  }

  /** Strides that repeat a tensor over a shape it broadcasts to. */
  static long[] broadcastStrides(int[] shape, long[] strides, int[] to) {
    long[] out = new long[to.length];
    int lead = to.length - shape.length;
    for (int i = lead; i < to.length; i++) {
      out[i] = shape[i - lead] == 1 ? 0 : strides[i - lead];
    }
    return out;
  }

  /** A dimension given from the front or, negative, from the back. */
  static int dim(int dim, int rank) {
    int limit = Math.max(1, rank);
    if (dim < -limit || dim >= limit) {
      throw new IndexOutOfBoundsException(
          "dimension out of range: expected " + -limit + " to " + (limit - 1) + ", got " + dim);
    }
    return dim < 0 ? dim + limit : dim;
  }

  static int[] permuted(int[] values, int[] order) {
    int[] out = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      out[i] = values[order[i]];
    }
    return out;
  }

  static long[] permuted(long[] values, int[] order) {
    long[] out = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      out[i] = values[order[i]];
    }
    return out;
  }

  static long[] longs(int[] values) {
    long[] out = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = values[i];
    }
    return out;
  }

  /** Resolves one size of -1 and checks the count. */
  static int[] reshaped(long count, int[] shape) {
    int[] out = shape.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < out.length; i++) {
      if (out[i] == -1 && unknown < 0) {
        unknown = i;
      } else if (out[i] < 0) {
        throw new IllegalArgumentException(
            "shape " + toString(shape) + ": at most one size may be -1, others 0 or more");
      } else {
        known *= out[i];
      }
    }
    if (unknown >= 0 && known > 0 && count % known == 0) {
      out[unknown] = Math.toIntExact(count / known);
      known *= out[unknown];
    }
    if (known != count) {
      throw new IllegalArgumentException(
          "shape " + toString(shape) + " is invalid for a tensor of " + count + " elements");
    }
    return out;
  }

  static String toString(int[] shape) {
    return Arrays.toString(shape);
  }
}

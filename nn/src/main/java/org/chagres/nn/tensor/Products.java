package org.chagres.nn.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.chagres.nn.backend.MatrixOps;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.GemmShape;
import org.chagres.simd.shape.GemmShape.Operand;

/** Matrix products. */
final class Products {

  private Products() {}

  static Tensor matmul(Tensor a, Tensor b) {
    Arithmetic.sameDevice("matmul", a, b);
    if (a.rank() == 0 || b.rank() == 0) {
      throw new IllegalArgumentException("matmul: both operands need at least one dimension");
    }
    if (a.dtype() != DType.F32 || b.dtype() != DType.F32) {
      throw new IllegalArgumentException("matmul: expected f32, got " + a.dtype() + " and " + b.dtype());
    }
    if (a.rank() == 1) {
      Tensor y = matmul(a.unsqueeze(0), b);
      return y.squeeze(b.rank() == 1 ? 0 : -2);
    }
    if (b.rank() == 1) {
      return matmul(a, b.unsqueeze(1)).squeeze(-1);
    }
    if (a.size(-1) != b.size(-2)) {
      throw new IllegalArgumentException(
          "matmul: shapes " + Layout.toString(a.shapeArray()) + " and " + Layout.toString(b.shapeArray())
              + " do not fit: " + a.size(-1) + " columns, " + b.size(-2) + " rows");
    }
    // A batch of left matrices against one right matrix is one tall product.
    if (a.rank() > 2 && b.rank() == 2) {
      int[] shape = a.shape();
      shape[shape.length - 1] = b.size(1);
      return matmul(a.reshape(-1, a.size(-1)), b).reshape(shape);
    }
    int[] batch = Layout.broadcast(lead(a), lead(b));
    Tensor x = a.rank() == 2 && batch.length == 0 ? a : a.expand(with(batch, a.size(-2), a.size(-1)));
    Tensor z = b.rank() == 2 && batch.length == 0 ? b : b.expand(with(batch, b.size(-2), b.size(-1)));
    return product(x, z, batch);
  }

  private static Tensor product(Tensor a, Tensor b, int[] batch) {
    MatrixOps ops = Autocast.matrix(a);
    Tensor y = multiply(ops, a, false, b, false, batch);
    return Tape.record("matmul", y, Tape.list(a, b), Tape.list(a, b), (c, dy) -> {
      if (c.needs(0)) {
        c.gradient(0, multiply(ops, dy, false, c.saved(1), true, batch));
      }
      if (c.needs(1)) {
        c.gradient(1, multiply(ops, c.saved(0), true, dy, false, batch));
      }
    });
  }

  /** op(a)·op(b) over equal leading dimensions. */
  private static Tensor multiply(
      MatrixOps ops, Tensor a, boolean transposeA, Tensor b, boolean transposeB, int[] batch) {
    Stored x = Stored.of(a, transposeA);
    Stored z = Stored.of(b, transposeB);
    int m = a.size(transposeA ? -1 : -2);
    int k = a.size(transposeA ? -2 : -1);
    int n = b.size(transposeB ? -2 : -1);
    int[] shape = with(batch, m, n);
    Tensor y = Tensor.empty("matmul", DType.F32, a.device(), shape, Layout.rowMajor(shape));
    GemmShape g = new GemmShape(
        m, n, k, x.operand, z.operand, n, Math.toIntExact(Layout.count(batch)), false);
    ops.multiply(g, x.tensor.data(), z.tensor.data(), MemorySegment.NULL, y.data());
    java.lang.ref.Reference.reachabilityFence(x);
    java.lang.ref.Reference.reachabilityFence(z);
    return y;
  }

  /** An operand as the kernel reads it: rows of contiguous elements, possibly those of the transpose. */
  private record Stored(Tensor tensor, Operand operand) {

    static Stored of(Tensor t, boolean transpose) {
      Tensor in = t;
      int[] shape = t.shapeArray();
      long[] s = t.stridesArray();
      int r = shape.length;
      boolean rows = fits(shape[r - 1], s[r - 1], shape[r - 2], s[r - 2]);
      boolean columns = fits(shape[r - 2], s[r - 2], shape[r - 1], s[r - 1]);
      long step = batchStride(shape, s);
      if (!rows && !columns || step < 0) {
        in = t.isContiguous() ? t : t.copy().contiguous();
        s = in.stridesArray();
        rows = true;
        step = batchStride(shape, s);
      }
      boolean flipped = !rows;
      int ld = flipped
          ? (int) Math.max(s[r - 1], shape[r - 2])
          : (int) Math.max(s[r - 2], shape[r - 1]);
      return new Stored(in, new Operand(transpose != flipped, ld, Math.max(0, step)));
    }

    /** Whether the inner dimension is contiguous and the outer one a leading dimension. */
    private static boolean fits(int inner, long innerStride, int outer, long outerStride) {
      return (inner <= 1 || innerStride == 1)
          && (outer <= 1 || outerStride >= inner && outerStride <= Integer.MAX_VALUE);
    }

    /** The one stride that all leading dimensions follow, or -1. */
    private static long batchStride(int[] shape, long[] strides) {
      long step = 0;
      long span = 1;
      boolean set = false;
      for (int i = shape.length - 3; i >= 0; i--) {
        if (shape[i] == 1) {
          continue;
        }
        if (!set) {
          step = strides[i];
          set = true;
        } else if (strides[i] != step * span) {
          return -1;
        }
        span *= shape[i];
      }
      return step;
    }
  }

  private static int[] lead(Tensor t) {
    return Arrays.copyOf(t.shapeArray(), t.rank() - 2);
  }

  private static int[] with(int[] batch, int rows, int columns) {
    int[] out = Arrays.copyOf(batch, batch.length + 2);
    out[batch.length] = rows;
    out[batch.length + 1] = columns;
    return out;
  }
}

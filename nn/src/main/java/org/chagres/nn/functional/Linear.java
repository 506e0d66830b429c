package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.backend.MatrixOps;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.GemmShape;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/** y = x·Wᵀ + b. */
public final class Linear {

  private Linear() {}

  /**
   * Applies a linear map to the last dimension.
   *
   * @param x (..., in), f32
   * @param weight (out, in)
   * @param bias (out), or none
   * @return (..., out)
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias) {
    if (weight.rank() != 2) {
      throw new IllegalArgumentException(
          "weight: expected 2 dimensions (out, in), got " + Arrays.toString(weight.shape()));
    }
    int in = weight.size(1);
    int out = weight.size(0);
    if (x.rank() == 0 || x.size(-1) != in) {
      throw new IllegalArgumentException(
          "expected " + in + " features in the last dimension, got " + Arrays.toString(x.shape()));
    }
    Arguments.f32("input", x);
    Arguments.f32("weight", weight);
    Arguments.onDevice(x, weight);
    Optional<Tensor> b = Arguments.parameter("bias", bias, x, out);
    Tensor rows = x.contiguous();
    int m = Math.toIntExact(in == 0 ? 0 : rows.count() / in);
    int[] shape = x.shape();
    shape[shape.length - 1] = out;
    Tensor w = weight.contiguous();
    Tensor y = Tensor.empty("linear", DType.F32, x.device(), m, out);
    MatrixOps ops = Autocast.matrix(x);
    ops.multiply(GemmShape.of(m, out, in, false, true), rows.data(), w.data(), Arguments.data(b), y.data());
    Tensor[] inputs = b.isPresent() ? Tape.list(x, weight, b.get()) : Tape.list(x, weight);
    Tensor result =
        Tape.record("linear", x.rank() == 2 ? y : y.reshape(shape), inputs, Tape.list(rows, w), (c, dy) -> {
          Tensor d = dy.contiguous();
          if (c.needs(0)) {
            Tensor dx = Tensor.empty("linear", DType.F32, d.device(), m, in);
            ops.multiply(
                GemmShape.of(m, in, out, false, false), d.data(), c.saved(1).data(), MemorySegment.NULL, dx.data());
            c.gradient(0, dx.reshape(x.shape()));
          }
          if (c.needs(1)) {
            Tensor dw = c.into(1, out, in);
            ops.multiply(
                GemmShape.of(out, in, m, true, false), d.data(), c.saved(0).data(), MemorySegment.NULL, dw.data());
            c.gradient(1, dw);
          }
          if (inputs.length > 2 && c.needs(2)) {
            Tensor db = c.into(2, out);
            d.backend().reduce().reduce(ReduceOp.SUM, new ReduceShape(1, m, out), d.data(), db.data());
            c.gradient(2, db);
          }
          Arguments.keep(d);
        });
    Arguments.keep(y, rows, w, b);
    return result;
  }
}

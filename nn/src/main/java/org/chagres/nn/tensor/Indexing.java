package org.chagres.nn.tensor;

import java.util.OptionalLong;
import org.chagres.simd.index.Rows;
import org.chagres.simd.shape.DType;

/** Rows picked by index. */
public final class Indexing {

  private Indexing() {}

  /**
   * The rows (of the first dimension) that the indices name.
   *
   * @param table (rows, ...)
   * @param indices i64, any shape; the result has its shape, then the table's without the first dimension
   * @throws IndexOutOfBoundsException if an index is not a row; names it
   */
  public static Tensor rows(Tensor table, Tensor indices) {
    if (indices.dtype() != DType.I64) {
      throw new IllegalArgumentException("indices: expected i64, got " + indices.dtype());
    }
    if (table.rank() == 0) {
      throw new IllegalArgumentException("indexSelect: the tensor has no dimensions");
    }
    boolean bytes = table.dtype().bytes() == 1;
    if (bytes || table.dtype() == DType.F64 && Grad.records(table)) {
      return rows(table.to(DType.F32), indices).to(table.dtype());
    }
    Arithmetic.sameDevice("indexSelect", table, indices);
    int rows = table.size(0);
    Tensor at = indices.contiguous();
    int count = Math.toIntExact(at.count());
    IndexCheck.check(at, rows, OptionalLong.empty(), (index, position) -> new IndexOutOfBoundsException(
        "index " + index + " at position " + position + " is out of range for " + rows + " rows"));
    Tensor in = table.contiguous();
    // The kernel copies units of four bytes, whatever they mean.
    int width = Math.toIntExact(rows == 0 ? 0 : in.count() / rows * (in.dtype().bytes() / 4));
    int[] shape = new int[at.rank() + in.rank() - 1];
    System.arraycopy(at.shapeArray(), 0, shape, 0, at.rank());
    System.arraycopy(in.shapeArray(), 1, shape, at.rank(), in.rank() - 1);
    Rows geometry = new Rows(Math.max(1, rows), Math.max(1, width), width == 0 ? 0 : count);
    Tensor y = Tensor.empty("index_select", in.dtype(), in.device(), shape, Layout.rowMajor(shape));
    in.backend().index().gatherRows(geometry, in.data(), at.data(), y.data());
    java.lang.ref.Reference.reachabilityFence(in);
    return Tape.record("index_select", y, Tape.list(table), Tape.list(at), (c, dy) -> {
      Tensor d = dy.contiguous();
      Tensor dx =
          Tensor.empty("index_select", DType.F32, in.device(), table.shapeArray(), Layout.rowMajor(table.shapeArray()));
      d.backend().index().sumRows(geometry, d.data(), c.saved(0).data(), dx.data());
      c.gradient(0, dx);
      java.lang.ref.Reference.reachabilityFence(d);
    });
  }
}

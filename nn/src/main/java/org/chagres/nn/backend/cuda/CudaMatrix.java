package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.blas.Blas;
import org.chagres.gpu.blas.BlasLt;
import org.chagres.gpu.blas.Epilogue;
import org.chagres.gpu.blas.Gemm;
import org.chagres.gpu.blas.Types;
import org.chagres.gpu.kernel.CopyKernels;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.MapKernels;
import org.chagres.gpu.kernel.Strides;
import org.chagres.nn.backend.MatrixOps;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.GemmShape;

/** Matrix products on a GPU: cuBLAS, and cuBLASLt where a bias comes with it. Factors may be rounded to bf16 before. */
final class CudaMatrix implements MatrixOps {

  private final CudaQueue queue;
  private final Libraries libraries;
  private final Types types;
  private final CopyKernels copies;
  private final MapKernels maps;

  /** The handles that products of all precisions share. */
  record Libraries(Blas blas, BlasLt blasLt) {

    static Libraries of(CudaQueue queue) {
      return new Libraries(Blas.of(queue.pool()), BlasLt.of(queue.scratch()));
    }
  }

  /** Products whose calls go to a queue. */
  CudaMatrix(CudaQueue queue, Libraries libraries, Types types) {
    this.queue = queue;
    this.libraries = libraries;
    this.types = types;
    this.copies = new CopyKernels(queue.launcher());
    this.maps = new MapKernels(queue.launcher());
  }

  private static Gemm gemm(GemmShape s) {
    return new Gemm(s.m(), s.n(), s.k(), operand(s.a()), operand(s.b()), s.ldc(), s.batch(), s.accumulate());
  }

  private static Gemm.Operand operand(GemmShape.Operand o) {
    return new Gemm.Operand(o.transposed(), o.ld(), o.batchStride());
  }

  @Override
  public void multiply(GemmShape shape, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
    Gemm s = gemm(shape);
    queue.run(() -> {
      if (types.in() == ElementType.F32) {
        product(shape, s, a, b, bias, c);
      } else {
        long aBytes = rounded(shape.aCount());
        MemorySegment narrow = queue.operands(aBytes + rounded(shape.bCount()));
        product(shape, s, narrow(a, shape.aCount(), narrow), narrow(b, shape.bCount(), narrow.asSlice(aBytes)), bias,
            c);
      }
    });
  }

  private long rounded(long count) {
    return count * types.in().bytes() + 255 & -256;
  }

  private MemorySegment narrow(MemorySegment x, long count, MemorySegment to) {
    copies.cast(ElementType.F32, types.in(), count, x, to);
    return to;
  }

  private void product(
      GemmShape shape, Gemm s, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
    boolean hasBias = bias.address() != 0 && shape.cCount() > 0;
    boolean one = shape.batch() == 1 && shape.k() > 0 && !shape.accumulate();
    if (hasBias && one && libraries.blasLt.supports(s, types, Epilogue.BIAS)) {
      libraries.blasLt.matmul(s, types, Epilogue.BIAS, BlasLt.Operands.of(a, b, c, bias));
      return;
    }
    libraries.blas.gemm(s, types, a, b, c);
    if (hasBias) {
      addBias(shape, bias, c);
    }
  }

  /** To every row; the rows of C lie one behind the other, perhaps with something in between. */
  private void addBias(GemmShape s, MemorySegment bias, MemorySegment c) {
    if (s.ldc() == s.n()) {
      add((long) s.batch() * s.m(), s.n(), bias, c);
      return;
    }
    for (long row = 0; row < (long) s.batch() * s.m(); row++) {
      add(1, s.n(), bias, c.asSlice(row * s.ldc() * Float.BYTES));
    }
  }

  private void add(long rows, long columns, MemorySegment bias, MemorySegment c) {
    Strides shape = new Strides(new long[] {rows, columns}, new long[][] {{columns, 1}, {0, 1}});
    maps.binary(BinaryOp.ADD.name(), ElementType.F32, shape, c, bias, c);
  }
}

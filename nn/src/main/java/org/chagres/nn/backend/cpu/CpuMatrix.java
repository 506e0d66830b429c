package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.MatrixOps;
import org.chagres.simd.gemm.Gemm;
import org.chagres.simd.shape.GemmShape;

/** Matrix products on the CPU. */
public final class CpuMatrix implements MatrixOps {

  private final CpuStream stream;

  /** Products that run on a stream. */
  public CpuMatrix(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void multiply(GemmShape shape, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
    stream.run(Gemm.multiply(shape, a, b, bias, c));
  }
}

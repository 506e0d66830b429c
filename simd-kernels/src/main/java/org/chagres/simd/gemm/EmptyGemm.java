package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.GemmShape;

/** The product with sums over nothing: zeros or the bias; accumulating, C or C plus the bias. */
final class EmptyGemm extends Job {

  private final GemmShape shape;
  private final Operands at;

  EmptyGemm(GemmShape shape, Operands at) {
    this.shape = shape;
    this.at = at;
  }

  @Override
  public int chunks(int phase) {
    return 1;
  }

  @Override
  public long estimatedNanos() {
    return shape.cCount();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (shape.cCount() == 0) {
      return;
    }
    long rows = (long) shape.batch() * shape.m();
    for (long i = 0; i < rows; i++) {
      long c = at.c() + 4L * shape.ldc() * i;
      if (!shape.accumulate()) {
        for (int j = 0; j < shape.n(); j++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, c + 4L * j, 0f);
        }
      }
      if (at.bias() != 0) {
        Epilogue.addRow(at.bias(), c, shape.n());
      }
    }
  }
}

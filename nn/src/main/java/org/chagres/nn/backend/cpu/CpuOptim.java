package org.chagres.nn.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.OptimOps;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;
import org.chagres.simd.optim.AdamStep;
import org.chagres.simd.optim.GradientScale;
import org.chagres.simd.optim.RmsPropOptions;
import org.chagres.simd.optim.RmsPropState;
import org.chagres.simd.optim.RmsPropStep;
import org.chagres.simd.optim.SgdOptions;
import org.chagres.simd.optim.SgdStep;
import org.chagres.simd.reduce.SumSquares;

/** Optimizer steps on the CPU. */
public final class CpuOptim implements OptimOps {

  private final CpuStream stream;

  /** Steps whose jobs go to a stream. */
  public CpuOptim(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void sgd(
      SgdOptions options, long count, MemorySegment parameter, MemorySegment gradient, MemorySegment momentum) {
    stream.run(SgdStep.of(options, count, parameter, gradient, momentum));
  }

  @Override
  public void adam(
      AdamOptions options, long count, MemorySegment parameter, MemorySegment gradient, AdamState state) {
    stream.run(AdamStep.of(options, count, parameter, gradient, state));
  }

  @Override
  public void rmsProp(
      RmsPropOptions options, long count, MemorySegment parameter, MemorySegment gradient, RmsPropState state) {
    stream.run(RmsPropStep.of(options, count, parameter, gradient, state));
  }

  @Override
  public double sumSquares(long count, MemorySegment gradient) {
    // A worker may write the eight bytes, so they belong to no thread; they are read at once and go with the call.
    MemorySegment sum = Arena.ofAuto().allocate(JAVA_DOUBLE);
    stream.run(SumSquares.of(count, gradient, sum));
    return sum.get(JAVA_DOUBLE, 0);
  }

  @Override
  public void scale(long count, double factor, MemorySegment gradient) {
    stream.run(GradientScale.scale(count, factor, gradient));
  }

  @Override
  public void clamp(long count, double limit, MemorySegment gradient) {
    stream.run(GradientScale.clamp(count, limit, gradient));
  }
}

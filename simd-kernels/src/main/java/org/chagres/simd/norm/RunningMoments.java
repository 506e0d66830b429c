package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.NormShape;

/** Running statistics to moments; a few numbers, in one chunk. */
final class RunningMoments extends Job {

  private final NormShape shape;
  private final long runningMean;
  private final long runningVariance;
  private final long mean;
  private final long inverseStd;

  RunningMoments(NormShape shape, long runningMean, long runningVariance, long mean, long inverseStd) {
    this.shape = shape;
    this.runningMean = runningMean;
    this.runningVariance = runningVariance;
    this.mean = mean;
    this.inverseStd = inverseStd;
  }

  @Override
  public int chunks(int phase) {
    return 1;
  }

  @Override
  public long estimatedNanos() {
    return 10L * shape.columns();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    for (int c = 0; c < shape.columns(); c++) {
      double variance = ALL.get(JAVA_FLOAT_UNALIGNED, runningVariance + 4L * c);
      ALL.set(JAVA_FLOAT_UNALIGNED, mean + 4L * c, ALL.get(JAVA_FLOAT_UNALIGNED, runningMean + 4L * c));
      ALL.set(JAVA_FLOAT_UNALIGNED, inverseStd + 4L * c, (float) (1 / Math.sqrt(variance + shape.eps())));
    }
  }
}

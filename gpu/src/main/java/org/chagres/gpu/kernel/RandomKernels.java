package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Random numbers by Philox4x32-10, the CPU's bit for bit. */
public final class RandomKernels extends Launches {

  private final Kernel uniform = Kernel.of(Source.RANDOM, "uniform");
  private final Kernel normal = Kernel.of(Source.RANDOM, "normal");
  private final Kernel integers = Kernel.of(Source.RANDOM, "integers");
  private final Kernel dropout = Kernel.of(Source.RANDOM, "dropout");

  /** Over a stream. */
  public RandomKernels(Launcher launcher) {
    super(launcher);
  }

  /** f32, uniform in low (inclusive) to high (exclusive). */
  public void uniform(Place at, long count, float low, float high, MemorySegment y) {
    if (!(low < high) || !Float.isFinite(high - low)) {
      throw new IllegalArgumentException("uniform: expected a finite range low < high, got " + low + " to " + high);
    }
    with().at(y, floats(count), "y").i64(count);
    at.write(arguments).f32(low).f32(high - low).f32(Math.nextDown(high));
    if (count > 0) {
      launch(uniform, grid(ceilDiv(count, 4)), arguments);
    }
  }

  /** f32, normal. */
  public void normal(Place at, long count, float mean, float std, MemorySegment y) {
    if (!(std >= 0) || !Float.isFinite(std) || !Float.isFinite(mean)) {
      throw new IllegalArgumentException(
          "normal: expected a finite mean and std of 0 or more, got " + mean + ", " + std);
    }
    with().at(y, floats(count), "y").i64(count);
    at.write(arguments).f32(mean).f32(std).f32(0);
    if (count > 0) {
      launch(normal, grid(ceilDiv(count, 4)), arguments);
    }
  }

  /** int64, uniform in low (inclusive) to high (exclusive). */
  public void integers(Place at, long count, long low, long high, MemorySegment y) {
    if (low >= high) {
      throw new IllegalArgumentException("integers: expected low < high, got " + low + " to " + high);
    }
    with().at(y, bytes(count, 8), "y").i64(count);
    at.write(arguments).i64(low).i64(high - low);
    if (count > 0) {
      launch(integers, grid(ceilDiv(count, 4)), arguments);
    }
  }

  /** y = x / (1 - p) where the stream's uniform number is at least p, else 0; backward is the same call on dy. */
  public void dropout(Place at, double p, long count, MemorySegment x, MemorySegment y) {
    with().at(x, floats(count), "x").at(y, floats(count), "y").i64(count);
    at.writeDrop(p, arguments);
    if (count > 0) {
      launch(dropout, grid(ceilDiv(count, 4)), arguments);
    }
  }
}

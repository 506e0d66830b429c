package org.chagres.simd.optim;

import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/** Gradients multiplied by a factor or limited to a range, in place. */
public final class GradientScale {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private GradientScale() {}

  /**
   * g = g · factor.
   *
   * @param count elements
   * @param factor factor
   * @param gradient f32, changed
   * @throws IllegalArgumentException if the count or the segment doesn't fit
   */
  public static Job scale(long count, double factor, MemorySegment gradient) {
    return new Scale(count, (float) factor, Native.address(gradient, BlockJob.bytes(count), "scale: gradient"));
  }

  /**
   * g limited to -limit … limit; NaN stays.
   *
   * @param count elements
   * @param limit limit, 0 or more
   * @param gradient f32, changed
   * @throws IllegalArgumentException if a number or the segment doesn't fit
   */
  public static Job clamp(long count, double limit, MemorySegment gradient) {
    if (!(limit >= 0)) {
      throw new IllegalArgumentException("clamp: expected a limit of 0 or more, got " + limit);
    }
    return new Clamp(count, (float) limit, Native.address(gradient, BlockJob.bytes(count), "clamp: gradient"));
  }

  private static final class Scale extends BlockJob {
    private final float factor;

    Scale(long count, float factor, long gradient) {
      super(count, 0.2, gradient);
      this.factor = factor;
    }

    @Override
    void vectors(long gradient, long b, long c, long d, long e, int n) {
      for (int i = 0; i < n; i += Lanes.COUNT) {
        FloatVector g = FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER);
        g.mul(factor).intoMemorySegment(ALL, gradient + 4L * i, ORDER);
      }
    }
  }

  private static final class Clamp extends BlockJob {
    private final float limit;

    Clamp(long count, float limit, long gradient) {
      super(count, 0.2, gradient);
      this.limit = limit;
    }

    @Override
    void vectors(long gradient, long b, long c, long d, long e, int n) {
      FloatVector most = FloatVector.broadcast(S, limit);
      FloatVector least = FloatVector.broadcast(S, -limit);
      for (int i = 0; i < n; i += Lanes.COUNT) {
        FloatVector g = FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER);
        g = g.blend(most, g.compare(VectorOperators.GT, most));
        g.blend(least, g.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, gradient + 4L * i, ORDER);
      }
    }
  }
}

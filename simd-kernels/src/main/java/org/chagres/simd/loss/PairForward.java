package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Values of a loss of pairs. */
final class PairForward extends Elements {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final Curve curve;
  private final long x;
  private final long target;

  PairForward(Pair loss, long count, long x, long target, long out) {
    super(count, loss.reduction(), out, 0.8);
    this.curve = Curve.of(loss);
    this.x = x;
    this.target = target;
  }

  @Override
  void values(long first, int n, long to) {
    float knee = curve.knee();
    float square = curve.square();
    float slope = curve.slope();
    float half = 0.5f * knee;
    long a = x + 4 * first;
    long b = target + 4 * first;
    int i = 0;
    for (; i + S.length() <= n; i += S.length()) {
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, a + 4L * i, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, b + 4L * i, ORDER));
      FloatVector size = d.abs();
      d.mul(d)
          .mul(square)
          .blend(size.sub(half).mul(slope), size.compare(VectorOperators.GE, knee))
          .intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, a + 4L * i) - ALL.get(JAVA_FLOAT_UNALIGNED, b + 4L * i);
      float size = Math.abs(d);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, size >= knee ? (size - half) * slope : d * d * square);
    }
  }
}

package org.chagres.simd.pool;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Backward of average pooling: each window adds dy / divisor to all its cells. */
final class AverageBackward extends Spread {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final long dy;

  AverageBackward(Windows windows, long dy, long dx) {
    super(windows, dx);
    this.dy = dy;
  }

  @Override
  void rows(long image, int oh, int top, int bottom) {
    long g = dy + 4 * (image * outH + oh) * outW * c;
    for (int ow = 0; ow < outW; ow++, g += 4L * c) {
      int width = windows.right[ow] - windows.left[ow];
      int divisor = windows.shape.divisor(oh, ow);
      for (int r = top; r < bottom; r++) {
        row(g, divisor, address(image, r, windows.left[ow]), width);
      }
    }
  }

  private void row(long g, int divisor, long to, int width) {
    int i = 0;
    for (; i + S.length() <= c; i += S.length()) {
      FloatVector share = FloatVector.fromMemorySegment(S, ALL, g + 4L * i, ORDER).div(divisor);
      for (int k = 0; k < width; k++) {
        long o = to + 4L * i + 4L * c * k;
        FloatVector.fromMemorySegment(S, ALL, o, ORDER).add(share).intoMemorySegment(ALL, o, ORDER);
      }
    }
    for (; i < c; i++) {
      float share = ALL.get(JAVA_FLOAT_UNALIGNED, g + 4L * i) / divisor;
      for (int k = 0; k < width; k++) {
        long o = to + 4L * i + 4L * c * k;
        ALL.set(JAVA_FLOAT_UNALIGNED, o, ALL.get(JAVA_FLOAT_UNALIGNED, o) + share);
      }
    }
  }
}

package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The maps that end a softmax, over any number of elements. {@code m} and {@code s} are rows, or one vector of a
 * repeated value where their step is 0. The tails repeat the vectors' roundings, product and difference apart.
 */
final class SoftmaxMaps {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private SoftmaxMaps() {}

  private static float get(long x, long i) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, x + i);
  }

  /** y = y · s. */
  static void scale(long y, long s, long step, int n) {
    int whole = n - n % Lanes.COUNT;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, y + 4L * i, ORDER);
      FloatVector f = FloatVector.fromMemorySegment(S, ALL, s + i * step, ORDER);
      v.mul(f).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      float value = get(y, 4L * i) * get(s, i * step);
      ALL.set(JAVA_FLOAT_UNALIGNED, y + 4L * i, value);
    }
  }

  /** y = x - m. */
  static void shift(long x, long m, long step, long y, int n) {
    int whole = n - n % Lanes.COUNT;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector t = FloatVector.fromMemorySegment(S, ALL, m + i * step, ORDER);
      v.sub(t).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      float value = get(x, 4L * i) - get(m, i * step);
      ALL.set(JAVA_FLOAT_UNALIGNED, y + 4L * i, value);
    }
  }

  /** dx = (dy - s) · y. */
  static void slope(long dy, long y, long s, long step, long dx, int n) {
    int whole = n - n % Lanes.COUNT;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, y + 4L * i, ORDER);
      FloatVector t = FloatVector.fromMemorySegment(S, ALL, s + i * step, ORDER);
      d.sub(t).mul(v).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      float value = (get(dy, 4L * i) - get(s, i * step)) * get(y, 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, dx + 4L * i, value);
    }
  }

  /** dx = dy - e · s. */
  static void logSlope(long dy, long e, long s, long step, long dx, int n) {
    int whole = n - n % Lanes.COUNT;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, e + 4L * i, ORDER);
      FloatVector t = FloatVector.fromMemorySegment(S, ALL, s + i * step, ORDER);
      d.sub(v.mul(t)).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      float value = get(dy, 4L * i) - get(e, 4L * i) * get(s, i * step);
      ALL.set(JAVA_FLOAT_UNALIGNED, dx + 4L * i, value);
    }
  }
}

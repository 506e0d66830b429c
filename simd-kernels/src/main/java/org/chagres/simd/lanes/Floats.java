package org.chagres.simd.lanes;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Small loops over f32 memory that several kernels share. Addresses are trusted. */
public final class Floats {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Double> D =
      VectorSpecies.of(double.class, VectorShape.forBitSize(S.vectorBitSize()));
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Floats() {}

  /** Sets floats to zero. */
  public static void zero(long address, long count) {
    FloatVector zero = FloatVector.zero(S);
    long i = 0;
    for (; i + S.length() <= count; i += S.length()) {
      zero.intoMemorySegment(ALL, address + 4 * i, ORDER);
    }
    for (; i < count; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, address + 4 * i, 0f);
    }
  }

  /** The sum of some floats in double, in an order that no compiler may change, unlike {@code reduceLanes}. */
  public static double sum(long address, int count) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      long at = address + 4L * i;
      a += ALL.get(JAVA_FLOAT_UNALIGNED, at);
      b += ALL.get(JAVA_FLOAT_UNALIGNED, at + 4);
      c += ALL.get(JAVA_FLOAT_UNALIGNED, at + 8);
      d += ALL.get(JAVA_FLOAT_UNALIGNED, at + 12);
    }
    for (; i < count; i++) {
      a += ALL.get(JAVA_FLOAT_UNALIGNED, address + 4L * i);
    }
    return (a + b) + (c + d);
  }

  /** Adds floats to doubles, element by element, and sets the floats to zero. */
  public static void drain(long floats, long doubles, int count) {
    int i = 0;
    for (; i + D.length() <= count; i += D.length()) {
      var more = (DoubleVector) FloatVector.fromMemorySegment(HALF, ALL, floats + 4L * i, ORDER)
          .convertShape(VectorOperators.F2D, D, 0);
      DoubleVector.fromMemorySegment(D, ALL, doubles + 8L * i, ORDER)
          .add(more)
          .intoMemorySegment(ALL, doubles + 8L * i, ORDER);
      FloatVector.zero(HALF).intoMemorySegment(ALL, floats + 4L * i, ORDER);
    }
    for (; i < count; i++) {
      double more = ALL.get(JAVA_FLOAT_UNALIGNED, floats + 4L * i);
      ALL.set(JAVA_DOUBLE_UNALIGNED, doubles + 8L * i, ALL.get(JAVA_DOUBLE_UNALIGNED, doubles + 8L * i) + more);
      ALL.set(JAVA_FLOAT_UNALIGNED, floats + 4L * i, 0f);
    }
  }
}

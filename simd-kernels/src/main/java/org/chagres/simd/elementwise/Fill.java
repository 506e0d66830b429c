package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.RangeJob;
import org.chagres.simd.shape.DType;

/** Sets every element to one value, whatever the type: a vector's worth of its bits, written over and over. */
public final class Fill extends RangeJob {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final int PATTERN = 8;

  private final DType type;
  private final double value;
  private final long y;

  private Fill(DType type, long count, double value, long y) {
    super(count, 0.2);
    this.type = type;
    this.value = value;
    this.y = y;
  }

  /**
   * y = value.
   *
   * @param type of y; the value is cast to it as {@link Cast} does
   * @param count elements
   * @param value the value
   * @param y dense
   * @throws IllegalArgumentException if the count or the segment doesn't fit
   */
  public static Job of(DType type, long count, double value, MemorySegment y) {
    return new Fill(type, count, value, Native.address(y, Counts.bytes(count, type.bytes()), "fill: y"));
  }

  @Override
  public long localBytes() {
    return 64 + 8L * PATTERN;
  }

  @Override
  protected void run(long begin, int n, long local) {
    // As many copies of the value as fill the widest vector, made from that many doubles.
    long doubles = local + 64;
    int copies = 64 / type.bytes();
    for (int filled = 0; filled < copies; filled += PATTERN) {
      for (int i = 0; i < PATTERN; i++) {
        ALL.set(JAVA_DOUBLE_UNALIGNED, doubles + 8L * i, value);
      }
      Convert.fromDoubles(type, doubles, local + (long) filled * type.bytes(), PATTERN);
    }
    FloatVector v = FloatVector.fromMemorySegment(S, ALL, local, ORDER);
    long bytes = (long) n * type.bytes();
    long to = y + begin * type.bytes();
    int step = 4 * Lanes.COUNT;
    int vectors = (int) (bytes / step);
    for (int i = 0; i < vectors; i++) {
      v.intoMemorySegment(ALL, to + (long) i * step, ORDER);
    }
    for (long i = (long) vectors * step; i < bytes; i++) {
      ALL.set(JAVA_BYTE, to + i, ALL.get(JAVA_BYTE, local + i % step));
    }
  }
}

package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.gemm.Tiles.ADDRESS;
import static org.chagres.simd.gemm.Tiles.NR;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** What happens to C beside the micro-kernel: tiles at the edge, bias, sums of partial results. */
final class Epilogue {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;

  private Epilogue() {}

  /** C = tile + added, for the valid part of a tile in a buffer; added is C itself or one row for all. */
  static void storeTile(long tile, long c, long cRow, int rows, int columns, long added) {
    long addedRow = added == c ? cRow : 0L;
    for (int i = 0; i < rows; i++) {
      sumRow(tile + 4L * NR * i, added + i * addedRow, c + i * cRow, columns);
    }
  }

  /** Adds the bias to some rows of C. */
  static void addBias(long c, long cRow, int rows, int columns, long bias) {
    for (int i = 0; i < rows; i++) {
      addRow(bias, c + i * cRow, columns);
    }
  }

  /** to += x. */
  static void addRow(long x, long to, int count) {
    sumRow(to, x, to, count);
  }

  /** to = x + y; to may be x or y. */
  static void sumRow(long x, long y, long to, int count) {
    x &= ADDRESS;
    y &= ADDRESS;
    to &= ADDRESS;
    int whole = count - count % LANES;
    int j = 0;
    for (; j < whole; j += LANES) {
      var vx = FloatVector.fromMemorySegment(S, ALL, x + 4L * j, ORDER);
      var vy = FloatVector.fromMemorySegment(S, ALL, y + 4L * j, ORDER);
      vx.add(vy).intoMemorySegment(ALL, to + 4L * j, ORDER);
    }
    for (; j < count; j++) {
      float sum = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * j) + ALL.get(JAVA_FLOAT_UNALIGNED, y + 4L * j);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * j, sum);
    }
  }

  /** to = x. */
  static void copyRow(long x, long to, int count) {
    x &= ADDRESS;
    to &= ADDRESS;
    int whole = count - count % LANES;
    int j = 0;
    for (; j < whole; j += LANES) {
      FloatVector.fromMemorySegment(S, ALL, x + 4L * j, ORDER).intoMemorySegment(ALL, to + 4L * j, ORDER);
    }
    for (; j < count; j++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * j, ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * j));
    }
  }
}

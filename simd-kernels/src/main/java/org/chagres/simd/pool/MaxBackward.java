package org.chagres.simd.pool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;

/** Backward of max pooling: each window adds dy to the cell whose position was saved. */
final class MaxBackward extends Spread {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final long dy;
  private final long indices;
  private final boolean twoByTwo;

  MaxBackward(Windows windows, long dy, long indices, long dx) {
    super(windows, dx);
    this.dy = dy;
    this.indices = indices;
    this.twoByTwo = windows.twoByTwo();
  }

  @Override
  boolean writesAll(int oh, int top, int bottom) {
    return twoByTwo && bottom - top == 2;
  }

  @Override
  void rows(long image, int oh, int top, int bottom) {
    boolean whole = writesAll(oh, top, bottom);
    long pixel = (image * outH + oh) * outW * c;
    for (int ow = 0; ow < outW; ow++, pixel += c) {
      if (whole) {
        four(pixel, address(image, top, 2 * ow));
      } else {
        int first = windows.firstPosition(oh, ow) + (top - windows.top[oh]) * windows.pitch(ow);
        window(pixel, address(image, top, windows.left[ow]), first, bottom - top, ow);
      }
    }
    if (whole && 2 * outW < w) {
      Floats.zero(address(image, top, 2 * outW), (long) (w - 2 * outW) * c);
      Floats.zero(address(image, top + 1, 2 * outW), (long) (w - 2 * outW) * c);
    }
  }

  private void four(long pixel, long corner) {
    long right = 4L * c;
    long down = 4L * c * w;
    FloatVector zero = FloatVector.zero(S);
    int i = 0;
    for (; i + S.length() <= c; i += S.length()) {
      FloatVector g = FloatVector.fromMemorySegment(S, ALL, dy + 4 * (pixel + i), ORDER);
      IntVector position = Positions.load(indices + pixel + i);
      long o = corner + 4L * i;
      zero.blend(g, position.compare(VectorOperators.EQ, 0).cast(S)).intoMemorySegment(ALL, o, ORDER);
      zero.blend(g, position.compare(VectorOperators.EQ, 1).cast(S)).intoMemorySegment(ALL, o + right, ORDER);
      o += down;
      zero.blend(g, position.compare(VectorOperators.EQ, 2).cast(S)).intoMemorySegment(ALL, o, ORDER);
      zero.blend(g, position.compare(VectorOperators.EQ, 3).cast(S)).intoMemorySegment(ALL, o + right, ORDER);
    }
    for (; i < c; i++) {
      float g = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4 * (pixel + i));
      int position = ALL.get(JAVA_BYTE, indices + pixel + i);
      long o = corner + 4L * i;
      ALL.set(JAVA_FLOAT_UNALIGNED, o, position == 0 ? g : 0f);
      ALL.set(JAVA_FLOAT_UNALIGNED, o + right, position == 1 ? g : 0f);
      ALL.set(JAVA_FLOAT_UNALIGNED, o + down, position == 2 ? g : 0f);
      ALL.set(JAVA_FLOAT_UNALIGNED, o + down + right, position == 3 ? g : 0f);
    }
  }

  /** Rows of a window; {@code first} is the position of the cell at the corner. */
  private void window(long pixel, long corner, int first, int height, int ow) {
    int width = windows.right[ow] - windows.left[ow];
    int pitch = windows.pitch(ow);
    int i = 0;
    for (; i + S.length() <= c; i += S.length()) {
      FloatVector g = FloatVector.fromMemorySegment(S, ALL, dy + 4 * (pixel + i), ORDER);
      IntVector position = Positions.load(indices + pixel + i);
      for (int r = 0; r < height; r++) {
        long to = corner + 4L * i + 4L * c * w * r;
        for (int k = 0; k < width; k++) {
          FloatVector old = FloatVector.fromMemorySegment(S, ALL, to + 4L * c * k, ORDER);
          var here = position.compare(VectorOperators.EQ, (byte) (first + r * pitch + k));
          old.blend(old.add(g), here.cast(S)).intoMemorySegment(ALL, to + 4L * c * k, ORDER);
        }
      }
    }
    for (; i < c; i++) {
      int position = (ALL.get(JAVA_BYTE, indices + pixel + i) & 0xFF) - first;
      int r = Math.floorDiv(position, pitch);
      int k = position - r * pitch;
      if (r >= 0 && r < height && k < width) {
        long to = corner + 4L * i + 4L * c * ((long) w * r + k);
        float g = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4 * (pixel + i));
        ALL.set(JAVA_FLOAT_UNALIGNED, to, ALL.get(JAVA_FLOAT_UNALIGNED, to) + g);
      }
    }
  }
}

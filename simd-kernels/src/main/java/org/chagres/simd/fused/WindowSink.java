package org.chagres.simd.fused;

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
import org.chagres.simd.norm.ColumnGradients;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.pool.Positions;
import org.chagres.simd.shape.PoolShape;

/**
 * dx for any windows: for each row of the input, the gradients of the windows that reach into it gathered in scratch, in the order of
 * the windows whatever the chunks, then a row of dx made of them while they are in cache.
 */
final class WindowSink extends Sink {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  WindowSink(PoolShape shape, boolean training, NormPoolBackward.In in, ColumnGradients out) {
    super(shape, training, in, out, Split.of((long) shape.n() * shape.h(), nanos(shape)));
  }

  private static double nanos(PoolShape s) {
    double overlap = (double) s.kernel().h() * s.kernel().w() * s.out().h() * s.out().w() / ((double) s.h() * s.w());
    return (double) s.w() * s.c() * (0.3 + 0.3 * overlap);
  }

  @Override
  long localBytes() {
    return 4L * w * c;
  }

  @Override
  void run(long from, long to, long local, long numbers) {
    int h = shape.h();
    int outH = shape.out().h();
    int outW = shape.out().w();
    int kernel = shape.kernel().h();
    int stride = shape.stride().h();
    for (long row = from; row < to; row++) {
      int padded = (int) (row % h) + shape.padding().h();
      Floats.zero(local, (long) w * c);
      int last = Math.min(outH - 1, padded / stride);
      for (int oh = Math.max(0, padded - kernel + stride) / stride; oh <= last; oh++) {
        long element = (row / h * outH + oh) * outW * c;
        int position = (padded - oh * stride) * shape.kernel().w();
        for (int ow = 0; ow < outW; ow++, element += c) {
          window(ow, element, position, local);
        }
      }
      long o = 4L * c * w * row;
      pixels(local, in.x() + o, w, numbers, out.dx() + o);
    }
  }

  /** Adds a window's gradient to those cells of a row of the input that it came from; the position is the row's first. */
  private void window(int ow, long element, int position, long line) {
    int left = shape.left(ow);
    int width = shape.right(ow) - left;
    int first = position + left - ow * shape.stride().w() + shape.padding().w();
    long to = line + 4L * c * left;
    int i = 0;
    for (; i + S.length() <= c; i += S.length()) {
      FloatVector g =
          FloatVector.fromMemorySegment(S, ALL, in.dy() + 4 * element + 4L * i, ORDER).mul(in.scale());
      IntVector source = Positions.load(in.positions() + element + i);
      for (int k = 0; k < width; k++) {
        long o = to + 4L * i + 4L * c * k;
        FloatVector old = FloatVector.fromMemorySegment(S, ALL, o, ORDER);
        var here = source.compare(VectorOperators.EQ, (byte) (first + k));
        old.blend(old.add(g), here.cast(S)).intoMemorySegment(ALL, o, ORDER);
      }
    }
    for (; i < c; i++) {
      int k = (ALL.get(JAVA_BYTE, in.positions() + element + i) & 0xFF) - first;
      if (k >= 0 && k < width) {
        long o = to + 4L * i + 4L * c * k;
        float g = ALL.get(JAVA_FLOAT_UNALIGNED, in.dy() + 4 * (element + i)) * in.scale();
        ALL.set(JAVA_FLOAT_UNALIGNED, o, ALL.get(JAVA_FLOAT_UNALIGNED, o) + g);
      }
    }
  }
}

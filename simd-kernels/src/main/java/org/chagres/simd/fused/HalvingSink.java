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
 * dx for windows of 2×2 side by side: each window writes its four cells at once. Rows and columns that no window covers have a
 * gradient of zero before the batch norm.
 */
final class HalvingSink extends Sink {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  HalvingSink(PoolShape shape, boolean training, NormPoolBackward.In in, ColumnGradients out) {
    super(shape, training, in, out, Split.of((long) shape.n() * shape.out().h(), 0.9 * shape.w() * shape.c()));
  }

  @Override
  long localBytes() {
    return 4L * w * c;
  }

  @Override
  void run(long from, long to, long local, long numbers) {
    int outH = shape.out().h();
    int outW = shape.out().w();
    int rest = w - 2 * outW;
    Floats.zero(local, (long) w * c);
    for (long row = from; row < to; row++) {
      int oh = (int) (row % outH);
      long first = 4L * c * w * (row / outH * shape.h() + 2 * oh);
      long element = row * outW * c;
      for (int ow = 0; ow < outW; ow++, element += c) {
        long corner = first + 8L * c * ow;
        if (training) {
          training(element, corner, numbers);
        } else {
          evaluation(element, corner, numbers);
        }
        for (int i = c / S.length() * S.length(); i < c; i++) {
          channel(element + i, corner, 4L * i, numbers);
        }
      }
      uncovered(local, first + 8L * c * outW, rest, numbers);
      uncovered(local, first + 4L * c * (w + 2 * outW), rest, numbers);
      if (oh == outH - 1) {
        for (int r = 2 * outH; r < shape.h(); r++) {
          uncovered(local, first + 4L * c * w * (r - 2 * oh), w, numbers);
        }
      }
    }
  }

  private void uncovered(long zeros, long o, int count, long numbers) {
    pixels(zeros, in.x() + o, count, numbers, out.dx() + o);
  }

  private void training(long element, long corner, long numbers) {
    long right = 4L * c;
    long down = 4L * c * w;
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = 4L * i;
      long x = in.x() + corner + o;
      long to = out.dx() + corner + o;
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, in.mean() + o, ORDER);
      FloatVector a = FloatVector.fromMemorySegment(S, ALL, numbers + o, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, ALL, numbers + right + o, ORDER);
      FloatVector k = FloatVector.fromMemorySegment(S, ALL, numbers + 2 * right + o, ORDER);
      IntVector source = Positions.load(in.positions() + element + i);
      FloatVector none = FloatVector.zero(S).sub(b);
      FloatVector here = FloatVector.fromMemorySegment(S, ALL, in.dy() + 4 * element + o, ORDER).mul(in.scale()).sub(b);
      FloatVector g0 = none.blend(here, source.compare(VectorOperators.EQ, 0).cast(S));
      FloatVector g1 = none.blend(here, source.compare(VectorOperators.EQ, 1).cast(S));
      FloatVector d0 = FloatVector.fromMemorySegment(S, ALL, x, ORDER).sub(m);
      FloatVector d1 = FloatVector.fromMemorySegment(S, ALL, x + right, ORDER).sub(m);
      d0.fma(k, g0).mul(a).intoMemorySegment(ALL, to, ORDER);
      d1.fma(k, g1).mul(a).intoMemorySegment(ALL, to + right, ORDER);
      FloatVector g2 = none.blend(here, source.compare(VectorOperators.EQ, 2).cast(S));
      FloatVector g3 = none.blend(here, source.compare(VectorOperators.EQ, 3).cast(S));
      FloatVector d2 = FloatVector.fromMemorySegment(S, ALL, x + down, ORDER).sub(m);
      FloatVector d3 = FloatVector.fromMemorySegment(S, ALL, x + down + right, ORDER).sub(m);
      d2.fma(k, g2).mul(a).intoMemorySegment(ALL, to + down, ORDER);
      d3.fma(k, g3).mul(a).intoMemorySegment(ALL, to + down + right, ORDER);
    }
  }

  private void evaluation(long element, long corner, long numbers) {
    long right = 4L * c;
    long down = 4L * c * w;
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = 4L * i;
      long to = out.dx() + corner + o;
      FloatVector a = FloatVector.fromMemorySegment(S, ALL, numbers + o, ORDER);
      IntVector source = Positions.load(in.positions() + element + i);
      FloatVector g =
          FloatVector.fromMemorySegment(S, ALL, in.dy() + 4 * element + o, ORDER).mul(in.scale()).mul(a);
      zero.blend(g, source.compare(VectorOperators.EQ, 0).cast(S)).intoMemorySegment(ALL, to, ORDER);
      zero.blend(g, source.compare(VectorOperators.EQ, 1).cast(S)).intoMemorySegment(ALL, to + right, ORDER);
      to += down;
      zero.blend(g, source.compare(VectorOperators.EQ, 2).cast(S)).intoMemorySegment(ALL, to, ORDER);
      zero.blend(g, source.compare(VectorOperators.EQ, 3).cast(S)).intoMemorySegment(ALL, to + right, ORDER);
    }
  }

  /** The four cells of one channel, behind the last whole vector, at an offset of so many bytes in a pixel. */
  private void channel(long element, long corner, long o, long numbers) {
    byte source = ALL.get(JAVA_BYTE, in.positions() + element);
    float g = ALL.get(JAVA_FLOAT_UNALIGNED, in.dy() + 4 * element) * in.scale();
    for (int cell = 0; cell < 4; cell++) {
      long pixel = corner + 4L * c * ((long) w * (cell >> 1) + (cell & 1));
      float own = cell == source ? g : 0f;
      if (training) {
        out.training(o, own, in.x() + pixel, numbers, out.dx() + pixel);
      } else {
        out.evaluation(o, own, numbers, out.dx() + pixel);
      }
    }
  }
}

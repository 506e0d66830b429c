package org.chagres.simd.fused;

import org.chagres.simd.norm.ColumnGradients;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.PoolShape;

/** The second pass of a backward: writes dx, by rows that chunks own. */
abstract class Sink {

  final PoolShape shape;
  final int c;
  final int w;
  final boolean training;
  final NormPoolBackward.In in;
  final ColumnGradients out;
  /** How the pass is cut. */
  final Split rows;

  Sink(PoolShape shape, boolean training, NormPoolBackward.In in, ColumnGradients out, Split rows) {
    this.shape = shape;
    this.c = shape.c();
    this.w = shape.w();
    this.training = training;
    this.in = in;
    this.out = out;
    this.rows = rows;
  }

  /** Scratch of a chunk. */
  abstract long localBytes();

  /** Does rows; {@code numbers} is what {@link ColumnGradients#join} left. */
  abstract void run(long from, long to, long local, long numbers);

  /** Writes a stretch of pixels of dx from as many gradients. */
  final void pixels(long g, long x, int count, long numbers, long to) {
    for (int i = 0; i < count; i++) {
      long o = 4L * c * i;
      if (training) {
        out.training(g + o, x + o, numbers, to + o);
      } else {
        out.evaluation(g + o, x + o, numbers, to + o);
      }
    }
  }
}

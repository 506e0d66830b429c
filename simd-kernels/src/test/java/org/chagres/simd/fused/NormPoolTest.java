package org.chagres.simd.fused;

import static org.chagres.simd.support.Samples.assertClose;
import static org.chagres.simd.support.Samples.bytes;
import static org.chagres.simd.support.Samples.empty;
import static org.chagres.simd.support.Samples.floats;
import static org.chagres.simd.support.Samples.normal;
import static org.chagres.simd.support.Samples.random;
import static org.chagres.simd.support.Samples.run;
import static org.chagres.simd.support.Samples.runOn;
import static org.chagres.simd.support.Samples.values;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.Supplier;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.BatchNorm;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.pool.Pool;
import org.chagres.simd.random.Dropout;
import org.chagres.simd.random.Stream;
import org.chagres.simd.reference.ReferenceNorm;
import org.chagres.simd.reference.ReferencePhilox;
import org.chagres.simd.reference.ReferencePool;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.PoolShape.Window;
import org.chagres.simd.shape.Size;
import org.chagres.simd.shape.UnaryOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The chain against its four kernels one after another, and against plain loops in double. */
@Tag("lanes")
class NormPoolTest {

  private static final Window HALVES = new Window(Size.of(2), Size.of(2), Size.of(0), false, true);

  // n, c, h, w
  private static final int[][] IMAGES = {
    {1, 1, 2, 2}, {2, 3, 5, 4}, {1, 8, 6, 7}, {2, 9, 4, 4}, {1, 16, 5, 5}, {3, 17, 7, 6}, {2, 32, 8, 8}, {1, 4, 33, 6},
    {1, 7, 3, 261}, {3, 33, 16, 16},
  };

  private static final Window[] WINDOWS = {
    HALVES,
    new Window(Size.of(1), Size.of(1), Size.of(0), false, true),
    new Window(Size.of(2), Size.of(2), Size.of(0), true, true),
    new Window(Size.of(2), Size.of(2), Size.of(1), false, true),
    new Window(new Size(2, 3), new Size(1, 2), new Size(0, 1), false, true),
    new Window(Size.of(2), Size.of(3), Size.of(0), true, true),
    new Window(new Size(3, 3), new Size(2, 1), new Size(1, 1), true, true),
  };

  @Test
  void valuesOfTheFourCalls() {
    Random random = random(40);
    for (int[] d : IMAGES) {
      for (Window window : WINDOWS) {
        PoolShape s = shape(d, window);
        if (s == null) {
          continue;
        }
        for (double p : window == HALVES ? new double[] {0, 0.3, 1} : new double[] {0.3}) {
          boolean nan = random.nextInt(4) == 0;
          Chain chain = new Chain(random, s, p, nan);
          MemorySegment y = empty(s.yCount());
          MemorySegment positions = bytes(s.yCount());
          String what = s + " p " + p;
          same(nan, () -> NormPool.forward(s, chain.in, chain.drop, new Pooled(y, positions)), what, y, positions);
          assertClose(values(chain.unfusedForward()), y, 0, what);
          MemorySegment alone = empty(s.yCount());
          runOn(2, NormPool.forward(s, chain.in, chain.drop, new Pooled(alone, MemorySegment.NULL)));
          assertClose(values(y), alone, 0, what + " without positions");
          for (boolean training : new boolean[] {true, false}) {
            MemorySegment dx = empty(s.xCount());
            MemorySegment dw = empty(s.c());
            MemorySegment db = empty(s.c());
            Pooled dy = new Pooled(chain.dy, positions);
            Gradients out = new Gradients(dx, dw, db);
            same(nan, () -> NormPool.backward(s, training, chain.in, dy, chain.drop, out), what, dx, dw, db);
            Gradients two = chain.unfusedBackward(training);
            // Sums of other orders: single additions err by 6e-8 of the largest partial sum, which grows as the root.
            double bound = 2e-6 * (1 + Math.sqrt(s.yCount() / s.c()));
            assertClose(values(two.weight()), dw, bound, what + " dw, training " + training);
            assertClose(values(two.bias()), db, bound, what + " db, training " + training);
            assertClose(values(two.x()), dx, training ? bound : 0, what + " dx, training " + training);
          }
        }
      }
    }
  }

  @Test
  void plainLoopsInDouble() {
    Random random = random(41);
    for (Window window : WINDOWS) {
      PoolShape s = shape(new int[] {3, 19, 9, 8}, window);
      Chain chain = new Chain(random, s, 0.25, false);
      int rows = s.n() * s.h() * s.w();
      double[] x = values(chain.in.x());
      double[] inverse = values(chain.in.moments().inverseStd());
      double[] weight = values(chain.in.affine().weight());
      double[] hat = ReferenceNorm.columnHat(x, s.c(), values(chain.in.moments().mean()), inverse);
      double[] z = ReferenceNorm.affine(hat, s.c(), weight, values(chain.in.affine().bias()));
      double[] relu = new double[z.length];
      for (int i = 0; i < z.length; i++) {
        relu[i] = Math.max(0, z[i]);
      }
      int[] at = new int[(int) s.yCount()];
      double[] y = ReferencePool.maxForward(s, relu, at);
      double[] g = values(chain.dy);
      for (int i = 0; i < y.length; i++) {
        y[i] = ReferencePhilox.dropout(chain.drop.at().seed(), chain.drop.at().offset(), 0.25, i, y[i]);
        g[i] = ReferencePhilox.dropout(chain.drop.at().seed(), chain.drop.at().offset(), 0.25, i, g[i]);
      }
      double[] dz = ReferencePool.maxBackward(s, g, at);
      for (int i = 0; i < z.length; i++) {
        dz[i] = z[i] > 0 ? dz[i] : 0;
      }
      double[] dHat = ReferenceNorm.affine(dz, s.c(), weight, new double[s.c()]);
      MemorySegment out = empty(s.yCount());
      MemorySegment positions = bytes(s.yCount());
      runOn(1, NormPool.forward(s, chain.in, chain.drop, new Pooled(out, positions)));
      assertClose(y, out, 4e-6, "y of " + s);
      Gradients to = new Gradients(empty(s.xCount()), empty(s.c()), empty(s.c()));
      runOn(1, NormPool.backward(s, true, chain.in, new Pooled(chain.dy, positions), chain.drop, to));
      double bound = 4e-6 * (1 + Math.sqrt(rows));
      assertClose(ReferenceNorm.columnProducts(dz, hat, s.c()), to.weight(), bound, "dw of " + s);
      assertClose(ReferenceNorm.columnBackward(dHat, hat, rows, s.c(), inverse), to.x(), 4e-5, "dx of " + s);
    }
  }

  @Test
  void refusesBadInput() {
    PoolShape s = shape(new int[] {1, 3, 4, 4}, HALVES);
    MemorySegment x = empty(48);
    MemorySegment y = empty(12);
    MemorySegment at = bytes(12);
    MemorySegment c = empty(3);
    Moments m = new Moments(c, c);
    Normalized in = new Normalized(x, m, Affine.NONE);
    Gradients g = new Gradients(x, c, c);
    refused(() -> NormPool.forward(s, new Normalized(y, m, Affine.NONE), Drop.NONE, new Pooled(y, at)));
    refused(() -> NormPool.forward(s, new Normalized(x, new Moments(empty(2), c), Affine.NONE), Drop.NONE,
        new Pooled(y, at)));
    refused(() -> NormPool.forward(s, in, Drop.NONE, new Pooled(c, at)));
    refused(() -> NormPool.forward(s, in, Drop.NONE, new Pooled(y, bytes(11))));
    refused(() -> NormPool.forward(s, in, Drop.NONE, new Pooled(MemorySegment.ofArray(new float[12]), at)));
    refused(() -> NormPool.backward(s, true, in, new Pooled(y, MemorySegment.NULL), Drop.NONE, g));
    refused(() -> NormPool.backward(s, true, in, new Pooled(y, at), Drop.NONE, new Gradients(y, c, c)));
    refused(() -> new Drop(new Stream(1, 0), 1.5));
    PoolShape adaptive = PoolShape.adaptive(1, 3, 4, 4, Size.of(2));
    refused(() -> NormPool.forward(adaptive, in, Drop.NONE, new Pooled(y, at)));
    PoolShape large =
        PoolShape.of(1, 1, 16, 16, new Window(new Size(15, 17), Size.of(1), new Size(0, 1), false, true));
    MemorySegment xs = empty(256);
    MemorySegment one = empty(1);
    Normalized image = new Normalized(xs, new Moments(one, one), Affine.NONE);
    refused(() -> NormPool.forward(large, image, Drop.NONE, new Pooled(xs, bytes(256))));
  }

  /** The same bits with any number of threads; which of its bits a NaN has is the compiler's choice. */
  private static void same(boolean nan, Supplier<Job> job, String what, MemorySegment... outputs) {
    if (nan) {
      runOn(2, job.get());
    } else {
      run(job, what, outputs);
    }
  }

  private static void refused(org.junit.jupiter.api.function.Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }

  private static PoolShape shape(int[] d, Window window) {
    boolean fits = d[2] + 2 * window.padding().h() >= window.kernel().h()
        && d[3] + 2 * window.padding().w() >= window.kernel().w();
    return fits ? PoolShape.of(d[0], d[1], d[2], d[3], window) : null;
  }

  /** One chain's operands, and the chain by the kernels that it stands for. */
  private static final class Chain {
    final PoolShape s;
    final NormShape norm;
    final Normalized in;
    final Drop drop;
    final MemorySegment dy;
    private final MemorySegment relu;
    private final MemorySegment positions;

    Chain(Random random, PoolShape s, double p, boolean nan) {
      this.s = s;
      this.norm = new NormShape(s.n() * s.h() * s.w(), s.c(), 0);
      double[] x = normal(random, s.xCount());
      double[] mean = normal(random, s.c());
      if (nan) {
        int i = random.nextInt(x.length);
        x[i] = Double.NaN;
        mean[i % s.c()] = Double.NaN;
      }
      Moments m = new Moments(floats(mean), floats(normal(random, s.c())));
      boolean affine = s.c() != 8;
      this.in = new Normalized(
          floats(x), m,
          affine ? new Affine(floats(normal(random, s.c())), floats(normal(random, s.c()))) : Affine.NONE);
      this.drop = new Drop(new Stream(random.nextLong(), random.nextInt(100)), p);
      this.dy = floats(normal(random, s.yCount()));
      this.relu = empty(s.xCount());
      this.positions = bytes(s.yCount());
    }

    MemorySegment unfusedForward() {
      runOn(1, BatchNorm.apply(norm, in.x(), in.moments(), in.affine(), relu));
      runOn(1, UnaryMap.forward(Unary.of(UnaryOp.RELU), s.xCount(), relu, relu));
      MemorySegment y = empty(s.yCount());
      runOn(1, Pool.maxForward(s, relu, y, positions));
      runOn(1, Dropout.apply(drop.at(), drop.p(), s.yCount(), y, y));
      return y;
    }

    Gradients unfusedBackward(boolean training) {
      MemorySegment g = empty(s.yCount());
      MemorySegment dz = empty(s.xCount());
      runOn(1, Dropout.apply(drop.at(), drop.p(), s.yCount(), dy, g));
      runOn(1, Pool.maxBackward(s, g, positions, dz));
      runOn(1, UnaryMap.backward(Unary.of(UnaryOp.RELU), s.xCount(), dz, relu, dz));
      Gradients out = new Gradients(empty(s.xCount()), empty(s.c()), empty(s.c()));
      runOn(1, BatchNorm.backward(norm, training, dz, in.x(), in.moments(), in.affine(), out));
      return out;
    }
  }
}

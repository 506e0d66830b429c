package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.PoolShape.Window;
import org.chagres.simd.shape.Size;

/** 2-D pooling: max, average, adaptive average. */
public final class Pooling {

  private Pooling() {}

  /**
   * Largest value of each window.
   *
   * @param x (N, C, H, W)
   * @return (N, C, outH, outW)
   */
  public static Tensor maxPool2d(Tensor x, Window window) {
    Arguments.image(x, 0);
    PoolShape s = PoolShape.of(x.size(0), x.size(1), x.size(2), x.size(3), window);
    Tensor in = x.channelsLast();
    Tensor y = output("max_pool2d", s, x);
    if (!Grad.records(x)) {
      x.backend().pool().maxForward(s, in.data(), y.data(), MemorySegment.NULL);
      Arguments.keep(in);
      return y;
    }
    Tensor indices = Tensor.empty("max_pool2d", DType.U8, x.device(), s.n(), s.c(), s.out().h(), s.out().w());
    x.backend().pool().maxForward(s, in.data(), y.data(), indices.data());
    Arguments.keep(in);
    return Tape.record("max_pool2d", y, Tape.list(x), Tape.list(indices), (c, dy) -> {
      Tensor d = dy.channelsLast();
      Tensor dx = input("max_pool2d", s, d);
      d.backend().pool().maxBackward(s, d.data(), c.saved(0).data(), dx.data());
      c.gradient(0, dx);
      Arguments.keep(d);
    });
  }

  /** Mean of each window. */
  public static Tensor avgPool2d(Tensor x, Window window) {
    Arguments.image(x, 0);
    return average("avg_pool2d", PoolShape.of(x.size(0), x.size(1), x.size(2), x.size(3), window), x);
  }

  /** Mean of windows that cut the image into this many rows and columns. */
  public static Tensor adaptiveAvgPool2d(Tensor x, Size out) {
    Arguments.image(x, 0);
    return average("adaptive_avg_pool2d", PoolShape.adaptive(x.size(0), x.size(1), x.size(2), x.size(3), out), x);
  }

  private static Tensor average(String name, PoolShape s, Tensor x) {
    Tensor in = x.channelsLast();
    Tensor y = output(name, s, x);
    x.backend().pool().averageForward(s, in.data(), y.data());
    Arguments.keep(in);
    return Tape.record(name, y, Tape.list(x), Tape.none(), (c, dy) -> {
      Tensor d = dy.channelsLast();
      Tensor dx = input(name, s, d);
      d.backend().pool().averageBackward(s, d.data(), dx.data());
      c.gradient(0, dx);
      Arguments.keep(d);
    });
  }

  private static Tensor output(String name, PoolShape s, Tensor x) {
    return Tensor.empty(name, DType.F32, x.device(), s.n(), s.c(), s.out().h(), s.out().w());
  }

  private static Tensor input(String name, PoolShape s, Tensor on) {
    return Tensor.empty(name, DType.F32, on.device(), s.n(), s.c(), s.h(), s.w());
  }
}

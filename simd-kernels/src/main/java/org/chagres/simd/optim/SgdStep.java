package org.chagres.simd.optim;

import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/**
 * One step of stochastic gradient descent, by PyTorch's {@code torch.optim.SGD}: g = ±gradient + decay · p; the
 * buffer becomes momentum · buffer + (1 - dampening) · g, or g at first; p loses lr times g + momentum · buffer
 * (Nesterov) or the buffer.
 */
public final class SgdStep extends BlockJob {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final SgdOptions options;
  private final boolean momentum;

  private SgdStep(SgdOptions options, long count, long parameter, long gradient, long buffer) {
    super(count, 0.5, parameter, gradient, buffer);
    this.options = options;
    this.momentum = buffer != 0;
  }

  /**
   * One step.
   *
   * @param options the options
   * @param count elements
   * @param parameter f32, changed
   * @param gradient f32
   * @param buffer f32, changed; {@link MemorySegment#NULL} without momentum
   * @throws IllegalArgumentException if the count or a segment doesn't fit
   */
  public static Job of(
      SgdOptions options, long count, MemorySegment parameter, MemorySegment gradient, MemorySegment buffer) {
    long bytes = bytes(count);
    return new SgdStep(
        options,
        count,
        Native.address(parameter, bytes, "SGD: parameter"),
        Native.address(gradient, bytes, "SGD: gradient"),
        options.momentum() == 0 ? 0 : needed(buffer, bytes, "SGD: momentum"));
  }

  @Override
  void vectors(long parameter, long gradient, long buffer, long d, long e, int n) {
    if (!momentum) {
      plain(parameter, gradient, n);
    } else if (options.first()) {
      first(parameter, gradient, buffer, n);
    } else {
      later(parameter, gradient, buffer, n);
    }
  }

  private float sign() {
    return options.maximize() ? -1f : 1f;
  }

  private void plain(long parameter, long gradient, int n) {
    FloatVector sign = FloatVector.broadcast(S, sign());
    FloatVector decay = FloatVector.broadcast(S, (float) options.weightDecay());
    FloatVector lr = FloatVector.broadcast(S, (float) -options.lr());
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = FloatVector.fromMemorySegment(S, ALL, parameter + 4L * i, ORDER);
      FloatVector g = p.fma(decay, FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER).mul(sign));
      g.fma(lr, p).intoMemorySegment(ALL, parameter + 4L * i, ORDER);
    }
  }

  private void first(long parameter, long gradient, long buffer, int n) {
    FloatVector sign = FloatVector.broadcast(S, sign());
    FloatVector decay = FloatVector.broadcast(S, (float) options.weightDecay());
    // With Nesterov's g + momentum · g, else the buffer g.
    double share = options.nesterov() ? 1 + options.momentum() : 1;
    FloatVector lr = FloatVector.broadcast(S, (float) (-options.lr() * share));
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = FloatVector.fromMemorySegment(S, ALL, parameter + 4L * i, ORDER);
      FloatVector g = p.fma(decay, FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER).mul(sign));
      g.intoMemorySegment(ALL, buffer + 4L * i, ORDER);
      g.fma(lr, p).intoMemorySegment(ALL, parameter + 4L * i, ORDER);
    }
  }

  private void later(long parameter, long gradient, long buffer, int n) {
    FloatVector sign = FloatVector.broadcast(S, sign());
    FloatVector decay = FloatVector.broadcast(S, (float) options.weightDecay());
    FloatVector momentum = FloatVector.broadcast(S, (float) options.momentum());
    FloatVector share = FloatVector.broadcast(S, (float) (1 - options.dampening()));
    // The step is own · g + other · buffer: with Nesterov 1 and momentum, else 0 and 1.
    FloatVector own = FloatVector.broadcast(S, (float) (options.nesterov() ? -options.lr() : 0));
    double part = options.nesterov() ? options.momentum() : 1;
    FloatVector other = FloatVector.broadcast(S, (float) (-options.lr() * part));
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = FloatVector.fromMemorySegment(S, ALL, parameter + 4L * i, ORDER);
      FloatVector g = p.fma(decay, FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER).mul(sign));
      FloatVector b = FloatVector.fromMemorySegment(S, ALL, buffer + 4L * i, ORDER).mul(momentum);
      b = g.fma(share, b);
      b.intoMemorySegment(ALL, buffer + 4L * i, ORDER);
      b.fma(other, g.fma(own, p)).intoMemorySegment(ALL, parameter + 4L * i, ORDER);
    }
  }
}

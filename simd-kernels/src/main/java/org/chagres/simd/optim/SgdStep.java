package org.chagres.simd.optim;

import static org.chagres.simd.math.Vectors.load;
import static org.chagres.simd.math.Vectors.splat;
import static org.chagres.simd.math.Vectors.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/**
 * One step of stochastic gradient descent, by PyTorch's {@code torch.optim.SGD}: g = ±gradient + decay · p; the buffer becomes
 * momentum · buffer + (1 - dampening) · g, or g at first; p loses lr times g + momentum · buffer (Nesterov) or the buffer.
 */
public final class SgdStep extends BlockJob {

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
    FloatVector sign = splat(sign());
    FloatVector decay = splat((float) options.weightDecay());
    FloatVector lr = splat((float) -options.lr());
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = load(parameter + 4L * i);
      FloatVector g = p.fma(decay, load(gradient + 4L * i).mul(sign));
      store(g.fma(lr, p), parameter + 4L * i);
    }
  }

  private void first(long parameter, long gradient, long buffer, int n) {
    FloatVector sign = splat(sign());
    FloatVector decay = splat((float) options.weightDecay());
    // With Nesterov's g + momentum · g, else the buffer g.
    FloatVector lr = splat((float) (options.nesterov() ? -options.lr() * (1 + options.momentum()) : -options.lr()));
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = load(parameter + 4L * i);
      FloatVector g = p.fma(decay, load(gradient + 4L * i).mul(sign));
      store(g, buffer + 4L * i);
      store(g.fma(lr, p), parameter + 4L * i);
    }
  }

  private void later(long parameter, long gradient, long buffer, int n) {
    FloatVector sign = splat(sign());
    FloatVector decay = splat((float) options.weightDecay());
    FloatVector momentum = splat((float) options.momentum());
    FloatVector share = splat((float) (1 - options.dampening()));
    // The step is own · g + other · buffer: with Nesterov 1 and momentum, else 0 and 1.
    FloatVector own = splat((float) (options.nesterov() ? -options.lr() : 0));
    FloatVector other = splat((float) (options.nesterov() ? -options.lr() * options.momentum() : -options.lr()));
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = load(parameter + 4L * i);
      FloatVector g = p.fma(decay, load(gradient + 4L * i).mul(sign));
      FloatVector b = load(buffer + 4L * i).mul(momentum);
      b = g.fma(share, b);
      store(b, buffer + 4L * i);
      store(b.fma(other, g.fma(own, p)), parameter + 4L * i);
    }
  }
}

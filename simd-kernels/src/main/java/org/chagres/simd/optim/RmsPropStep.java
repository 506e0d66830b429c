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
 * One step of RMSprop, by PyTorch's {@code torch.optim.RMSprop}: s = α · s + (1 - α) g²; the denominator is √s + eps or, centered,
 * √(s - mean²) + eps; p loses lr · g / denominator or, with momentum, lr times the buffer that gathers them.
 */
public final class RmsPropStep extends BlockJob {

  private final RmsPropOptions options;

  private RmsPropStep(RmsPropOptions options, long count, long[] blocks) {
    super(count, 1.0, blocks);
    this.options = options;
  }

  /**
   * One step.
   *
   * @param options the options
   * @param count elements
   * @param parameter f32, changed
   * @param gradient f32
   * @param state f32, changed
   * @throws IllegalArgumentException if the count or a segment doesn't fit, or one that the options need is left out
   */
  public static Job of(
      RmsPropOptions options, long count, MemorySegment parameter, MemorySegment gradient, RmsPropState state) {
    long bytes = bytes(count);
    long[] blocks = {
      Native.address(parameter, bytes, "RMSprop: parameter"),
      Native.address(gradient, bytes, "RMSprop: gradient"),
      needed(state.square(), bytes, "RMSprop: mean square"),
      options.momentum() == 0 ? 0 : needed(state.momentum(), bytes, "RMSprop: momentum"),
      options.centered() ? needed(state.mean(), bytes, "RMSprop: mean gradient") : 0
    };
    return new RmsPropStep(options, count, blocks);
  }

  @Override
  void vectors(long parameter, long gradient, long square, long buffer, long mean, int n) {
    RmsPropOptions o = options;
    boolean centered = o.centered();
    boolean momentum = o.momentum() != 0;
    FloatVector sign = splat(o.maximize() ? -1f : 1f);
    FloatVector decay = splat((float) o.weightDecay());
    FloatVector alpha = splat((float) o.alpha());
    FloatVector share = splat((float) (1 - o.alpha()));
    FloatVector eps = splat((float) o.eps());
    FloatVector keep = splat((float) o.momentum());
    FloatVector lr = splat((float) -o.lr());
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = load(parameter + 4L * i);
      FloatVector g = p.fma(decay, load(gradient + 4L * i).mul(sign));
      FloatVector s = g.mul(g).fma(share, load(square + 4L * i).mul(alpha));
      store(s, square + 4L * i);
      if (centered) {
        FloatVector m = load(mean + 4L * i);
        m = g.sub(m).fma(share, m);
        store(m, mean + 4L * i);
        s = s.sub(m.mul(m));
      }
      FloatVector step = g.div(s.sqrt().add(eps));
      if (momentum) {
        step = load(buffer + 4L * i).fma(keep, step);
        store(step, buffer + 4L * i);
      }
      store(step.fma(lr, p), parameter + 4L * i);
    }
  }
}

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
 * One step of RMSprop, by PyTorch's {@code torch.optim.RMSprop}: s = α · s + (1 - α) g²; the denominator is √s + eps
 * or, centered, √(s - mean²) + eps; p loses lr · g / denominator or, with momentum, lr times the buffer that gathers
 * them.
 */
public final class RmsPropStep extends BlockJob {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

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
    FloatVector sign = FloatVector.broadcast(S, o.maximize() ? -1f : 1f);
    FloatVector decay = FloatVector.broadcast(S, (float) o.weightDecay());
    FloatVector alpha = FloatVector.broadcast(S, (float) o.alpha());
    FloatVector share = FloatVector.broadcast(S, (float) (1 - o.alpha()));
    FloatVector eps = FloatVector.broadcast(S, (float) o.eps());
    FloatVector keep = FloatVector.broadcast(S, (float) o.momentum());
    FloatVector lr = FloatVector.broadcast(S, (float) -o.lr());
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = FloatVector.fromMemorySegment(S, ALL, parameter + 4L * i, ORDER);
      FloatVector g = p.fma(decay, FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER).mul(sign));
      FloatVector s = g.mul(g).fma(share, FloatVector.fromMemorySegment(S, ALL, square + 4L * i, ORDER).mul(alpha));
      s.intoMemorySegment(ALL, square + 4L * i, ORDER);
      if (centered) {
        FloatVector m = FloatVector.fromMemorySegment(S, ALL, mean + 4L * i, ORDER);
        m = g.sub(m).fma(share, m);
        m.intoMemorySegment(ALL, mean + 4L * i, ORDER);
        s = s.sub(m.mul(m));
      }
      FloatVector step = g.div(s.sqrt().add(eps));
      if (momentum) {
        step = FloatVector.fromMemorySegment(S, ALL, buffer + 4L * i, ORDER).fma(keep, step);
        step.intoMemorySegment(ALL, buffer + 4L * i, ORDER);
      }
      step.fma(lr, p).intoMemorySegment(ALL, parameter + 4L * i, ORDER);
    }
  }
}

package org.chagres.simd.optim;

import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/**
 * One step of Adam or AdamW, by PyTorch's {@code torch.optim.Adam}: m += (1 - β1)(g - m); v = β2 · v + (1 - β2) g²; p
 * loses lr / (1 - β1^t) · m / (√v / √(1 - β2^t) + eps), where amsgrad puts the largest v so far. The corrections are
 * worked out in double.
 */
public final class AdamStep extends BlockJob {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final AdamOptions options;
  private final boolean amsgrad;

  private AdamStep(AdamOptions options, long count, long[] blocks) {
    super(count, 1.0, blocks);
    this.options = options;
    this.amsgrad = blocks[4] != 0;
  }

  /**
   * One step.
   *
   * @param options the options
   * @param count elements
   * @param parameter f32, changed
   * @param gradient f32
   * @param state f32, changed
   * @throws IllegalArgumentException if a number or segment doesn't fit
   */
  public static Job of(
      AdamOptions options, long count, MemorySegment parameter, MemorySegment gradient, AdamState state) {
    if (options.step() < 1) {
      throw new IllegalArgumentException("Adam: expected a step of 1 or more, got " + options.step());
    }
    long bytes = bytes(count);
    long[] blocks = {
      Native.address(parameter, bytes, "Adam: parameter"),
      Native.address(gradient, bytes, "Adam: gradient"),
      needed(state.first(), bytes, "Adam: first moment"),
      needed(state.second(), bytes, "Adam: second moment"),
      Native.optionalAddress(state.maxSecond(), bytes, "Adam: largest second moment")
    };
    return new AdamStep(options, count, blocks);
  }

  @Override
  void vectors(long parameter, long gradient, long first, long second, long largest, int n) {
    AdamOptions o = options;
    double correction2 = Math.sqrt(1 - Math.pow(o.beta2(), o.step()));
    FloatVector sign = FloatVector.broadcast(S, o.maximize() ? -1f : 1f);
    // Weight decay is either in the gradient or in the parameter.
    FloatVector decay = FloatVector.broadcast(S, (float) (o.decoupled() ? 0 : o.weightDecay()));
    FloatVector keep = FloatVector.broadcast(S, (float) (o.decoupled() ? 1 - o.lr() * o.weightDecay() : 1));
    FloatVector share1 = FloatVector.broadcast(S, (float) (1 - o.beta1()));
    FloatVector beta2 = FloatVector.broadcast(S, (float) o.beta2());
    FloatVector share2 = FloatVector.broadcast(S, (float) (1 - o.beta2()));
    FloatVector root = FloatVector.broadcast(S, (float) correction2);
    FloatVector eps = FloatVector.broadcast(S, (float) o.eps());
    FloatVector step = FloatVector.broadcast(S, (float) (-o.lr() / (1 - Math.pow(o.beta1(), o.step()))));
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = FloatVector.fromMemorySegment(S, ALL, parameter + 4L * i, ORDER);
      FloatVector g = p.fma(decay, FloatVector.fromMemorySegment(S, ALL, gradient + 4L * i, ORDER).mul(sign));
      p = p.mul(keep);
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, first + 4L * i, ORDER);
      m = g.sub(m).fma(share1, m);
      m.intoMemorySegment(ALL, first + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, second + 4L * i, ORDER).mul(beta2);
      v = g.mul(g).fma(share2, v);
      v.intoMemorySegment(ALL, second + 4L * i, ORDER);
      if (amsgrad) {
        FloatVector most = FloatVector.fromMemorySegment(S, ALL, largest + 4L * i, ORDER);
        // As a maximum that NaN wins: what is not at most as large replaces.
        v = v.blend(most, v.compare(VectorOperators.LE, most));
        v.intoMemorySegment(ALL, largest + 4L * i, ORDER);
      }
      m.mul(step).div(v.sqrt().div(root).add(eps)).add(p).intoMemorySegment(ALL, parameter + 4L * i, ORDER);
    }
  }
}

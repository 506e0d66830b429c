package org.chagres.simd.shape;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What kernels work out of a shape, once a shape. It holds a bounded number of shapes: those that never
 * come back do not pile up.
 *
 * @param <S> the shapes
 * @param <P> what is kept for a shape; immutable
 */
public final class PlanCache<S, P> {
  private static final int MOST = 256;

  private final Map<S, P> plans = new ConcurrentHashMap<>();
  private final Function<S, P> maker;

  /** A cache of what a function makes of a shape; it may be called more than once for one shape, from any thread. */
  public PlanCache(Function<S, P> maker) {
    this.maker = maker;
  }

  /** What belongs to a shape. */
  public P of(S shape) {
    P known = plans.get(shape);
    if (known == null) {
      if (plans.size() >= MOST) {
        plans.clear();
      }
      known = maker.apply(shape);
      plans.put(shape, known);
    }
    return known;
  }
}

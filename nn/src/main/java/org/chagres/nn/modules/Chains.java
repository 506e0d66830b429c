package org.chagres.nn.modules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chagres.nn.functional.BatchNormChain.Dropping;
import org.chagres.nn.functional.BatchNormChain.Tail;
import org.chagres.nn.functional.FoldedNorm;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PoolShape.Window;

/**
 * How a {@link Sequential} runs its modules: those that stand side by side and are known together, the others alone. Worked out once;
 * what modes, parameters and shapes say is asked at each call, and where anything is unusual the modules run one after another, so
 * that results, errors and their paths are the same.
 */
final class Chains {

  private final Step[] steps;

  private interface Step {
    Tensor run(Tensor x);
  }

  Chains(List<Module> modules) {
    List<Step> all = new ArrayList<>();
    for (int i = 0; i < modules.size();) {
      NormStep norm = NormStep.at(modules, i);
      all.add(norm != null ? norm : modules.get(i)::forward);
      i += norm != null ? norm.length : 1;
    }
    steps = all.toArray(Step[]::new);
  }

  Tensor run(Tensor x) {
    Tensor y = x;
    for (Step s : steps) {
      y = s.run(y);
    }
    return y;
  }

  /** [Conv2d,] BatchNorm2d, ReLU [, MaxPool2d] [, Dropout], or Conv2d and BatchNorm2d alone. */
  private static final class NormStep implements Step {
    final int length;
    private final Module[] modules;
    private final Optional<Conv2d> conv;
    private final BatchNorm2d norm;
    private final boolean relu;
    private final Optional<MaxPool2d> pool;
    private final Optional<Dropout> dropout;
    private final Tail evaluation;
    private final Tail training;
    private final Optional<FoldedNorm> folded;

    private NormStep(List<Module> chain, boolean relu, Optional<MaxPool2d> pool, Optional<Dropout> dropout) {
      this.length = chain.size();
      this.modules = chain.toArray(Module[]::new);
      this.conv = modules[0] instanceof Conv2d c ? Optional.of(c) : Optional.empty();
      this.norm = (BatchNorm2d) modules[conv.isPresent() ? 1 : 0];
      this.relu = relu;
      this.pool = pool;
      this.dropout = dropout;
      Optional<Window> window = pool.map(MaxPool2d::window);
      this.evaluation = new Tail(window, Optional.empty());
      this.training = new Tail(window, dropout.map(d -> new Dropping(d.probability(), Generator.standard())));
      // Before a pooling the norm costs nothing: the pooling's pass over memory does it.
      this.folded = conv.isPresent() && pool.isEmpty() ? Optional.of(new FoldedNorm()) : Optional.empty();
    }

    /** The chain that begins at a place, or null. */
    static NormStep at(List<Module> all, int from) {
      int i = from;
      boolean conv = all.get(i) instanceof Conv2d;
      i += conv ? 1 : 0;
      if (at(all, i++, BatchNorm2d.class).isEmpty()) {
        return null;
      }
      boolean relu = at(all, i, ReLU.class).isPresent();
      i += relu ? 1 : 0;
      if (!conv && !relu) {
        return null;
      }
      Optional<MaxPool2d> pool = relu ? at(all, i, MaxPool2d.class) : Optional.empty();
      i += pool.isPresent() ? 1 : 0;
      Optional<Dropout> dropout = relu ? at(all, i, Dropout.class) : Optional.empty();
      i += dropout.isPresent() ? 1 : 0;
      return new NormStep(all.subList(from, i), relu, pool, dropout);
    }

    private static <M> Optional<M> at(List<Module> all, int i, Class<M> kind) {
      return i < all.size() && kind.isInstance(all.get(i)) ? Optional.of(kind.cast(all.get(i))) : Optional.empty();
    }

    @Override
    public Tensor run(Tensor x) {
      for (Module m : modules) {
        m.tellMode();
      }
      boolean drops = dropout.isPresent() && dropout.get().isTraining();
      if (folded.isPresent() && !drops && conv.get().foldsWith(norm, x)) {
        return conv.get().folded(x, norm, relu, folded.get());
      }
      Tensor y = x;
      int next = 0;
      if (conv.isPresent()) {
        y = modules[next++].forward(x);
      }
      if (relu && norm.chains(y) && (pool.isEmpty() || pool.get().chains(y))) {
        return norm.chain(y, drops ? training : evaluation);
      }
      for (; next < length; next++) {
        y = modules[next].forward(y);
      }
      return y;
    }
  }
}

package org.chagres.gpu.dnn;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chagres.bindings.cudnn.Cudnn;

/** What cuDNN's heuristics propose for a graph, the best first, without what is not wanted. */
final class Engines {

  private final ConvKey key;
  private final Target target;
  private int proposed;
  private int unwanted;

  Engines(ConvKey key, Target target) {
    this.key = key;
    this.target = target;
  }

  /**
   * Plans, the one thought the fastest first.
   *
   * @param most how many at most
   * @throws DnnException if none can be made
   */
  List<ConvPlan> plans(int most) {
    try (Bag bag = new Bag()) {
      Descriptor graph = ConvGraph.make(bag, key, target);
      List<ConvPlan> plans = new ArrayList<>();
      try {
        for (int mode : new int[] {Cudnn.CUDNN_HEUR_MODE_A(), Cudnn.CUDNN_HEUR_MODE_FALLBACK()}) {
          if (plans.size() < most) {
            propose(bag, graph, mode, most, plans);
          }
        }
      } catch (RuntimeException | Error e) {
        plans.forEach(ConvPlan::close);
        throw e;
      }
      if (plans.isEmpty()) {
        throw DnnException.unsupported("cuDNN's plan for " + key, proposed + " engines were proposed, " + unwanted
            + " of them of another precision or not deterministic, and none of the rest can be made");
      }
      return plans;
    }
  }

  private void propose(Bag bag, Descriptor graph, int mode, int most, List<ConvPlan> plans) {
    Descriptor heuristics = bag.make(Cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR(), "heuristic")
        .set(Cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH(), graph)
        .setEnum(Cudnn.CUDNN_ATTR_ENGINEHEUR_MODE(), Cudnn.CUDNN_TYPE_HEUR_MODE(), mode);
    if (target instanceof Target.Described d) {
      heuristics.set(Cudnn.CUDNN_ATTR_ENGINEHEUR_DEVICEPROP(), d.properties());
    }
    if (heuristics.tryFinish() != 0) {
      return; // It knows nothing of such a graph; another may.
    }
    int results = Cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS();
    int count = (int) heuristics.count(results, Cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR());
    Descriptor[] configurations = IntStream.range(0, count)
        .mapToObj(i -> bag.make(Cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR(), "engine's configuration"))
        .toArray(Descriptor[]::new);
    count = count == 0 ? 0 : heuristics.getInto(results, configurations);
    proposed += count;
    for (int i = 0; i < count && plans.size() < most; i++) {
      if (isWanted(configurations[i])) {
        ConvPlan.make(key, configurations[i], target).ifPresent(plans::add);
      } else {
        unwanted++;
      }
    }
  }

  private boolean isWanted(Descriptor configuration) {
    try (Descriptor engine = new Descriptor(Cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR(), "engine")) {
      configuration.getInto(Cudnn.CUDNN_ATTR_ENGINECFG_ENGINE(), engine);
      Set<Integer> notes = IntStream
          .of(engine.getEnums(Cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE(), Cudnn.CUDNN_TYPE_NUMERICAL_NOTE(),
              Cudnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT()))
          .boxed().collect(Collectors.toSet());
      boolean rounds = notes.contains(Cudnn.CUDNN_NUMERICAL_NOTE_TENSOR_CORE())
          || notes.contains(Cudnn.CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS());
      return !notes.contains(Cudnn.CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION())
          && !(key.strict() && rounds)
          && !(key.deterministic() && notes.contains(Cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC()));
    }
  }
}

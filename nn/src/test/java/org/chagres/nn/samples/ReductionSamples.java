package org.chagres.nn.samples;

import static org.chagres.nn.samples.OpSample.any;
import static org.chagres.nn.samples.OpSample.distinct;

import java.util.ArrayList;
import java.util.List;

/** Reductions over every set of dimensions, softmax. */
final class ReductionSamples {

  private static final int[][] SHAPES = {{}, {7}, {3, 5}, {2, 3, 4}, {2, 3, 2, 5}};

  private ReductionSamples() {}

  static List<OpSample> all() {
    List<OpSample> all = new ArrayList<>();
    for (int[] s : SHAPES) {
      all.add(new OpSample("sum", x -> x[0].sum(), any(s)));
      all.add(new OpSample("mean", x -> x[0].mean(), any(s)));
      all.add(new OpSample("norm", x -> x[0].norm(), any(s)));
      all.add(new OpSample("max", x -> x[0].max(), distinct(s)));
      all.add(new OpSample("min", x -> x[0].min(), distinct(s)));
      if (s.length > 0) {
        all.add(new OpSample("var", x -> x[0].var(), any(s)));
        all.add(new OpSample("std", x -> x[0].std(), any(s)));
      }
      for (int set = 1; set < 1 << s.length; set++) {
        int[] dims = dims(set, s.length);
        String over = " over " + java.util.Arrays.toString(dims);
        all.add(new OpSample("sum" + over, x -> x[0].sum(false, dims), any(s)));
        all.add(new OpSample("mean kept" + over, x -> x[0].mean(true, dims), any(s)));
        all.add(new OpSample("var" + over, x -> x[0].var(0, false, dims), any(s)));
        all.add(new OpSample("var kept, unbiased" + over, x -> x[0].var(1, true, dims), any(s)));
      }
      for (int d = 0; d < s.length; d++) {
        int dim = d;
        String over = " over " + d;
        all.add(new OpSample("softmax" + over, x -> x[0].softmax(dim), any(s)));
        all.add(new OpSample("log softmax" + over, x -> x[0].logSoftmax(dim), any(s)));
        all.add(new OpSample("logsumexp" + over, x -> x[0].logsumexp(dim), any(s)));
        all.add(new OpSample("max" + over, x -> x[0].max(dim).values(), distinct(s)));
        all.add(new OpSample("min" + over, x -> x[0].min(dim).values(), distinct(s)));
      }
    }
    return all;
  }

  private static int[] dims(int set, int rank) {
    return java.util.stream.IntStream.range(0, rank).filter(d -> (set >> d & 1) == 1).toArray();
  }
}

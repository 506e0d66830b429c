package org.chagres.nn.samples;

import static org.chagres.nn.samples.OpSample.any;
import static org.chagres.nn.samples.OpSample.distinct;
import static org.chagres.nn.samples.OpSample.on;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chagres.nn.functional.BinaryCrossEntropy;
import org.chagres.nn.functional.ClassLosses;
import org.chagres.nn.functional.ClassLosses.Options;
import org.chagres.nn.functional.PairLosses;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/** Losses with every reduction. */
final class LossSamples {

  private LossSamples() {}

  static List<OpSample> all() {
    List<OpSample> all = new ArrayList<>();
    Tensor labels = Tensor.of(new long[] {2, 0, 4, -100, 1}, 5);
    Tensor map = Tensor.of(new long[] {0, 1, 2, 1, -100, 0, 2, 2, 1, 0, 1, 2}, 2, 2, 3);
    Tensor weight = Tensor.of(new float[] {0.5f, 1, 2, 1.5f, 0.25f}, 5);
    Tensor targets = Tensor.of(new float[] {0, 1, 0.5f, 0.25f, 1, 0}, 2, 3);
    Tensor positive = Tensor.of(new float[] {1, 2, 0.5f}, 3);
    for (Reduction r : Reduction.values()) {
      Options plain = new Options(Optional.empty(), -100, 0, r);
      all.add(
          new OpSample("cross entropy " + r, x -> ClassLosses.crossEntropy(x[0], on(x[0], labels), plain), any(5, 5)));
      all.add(new OpSample("cross entropy, all options " + r, x -> ClassLosses.crossEntropy(
          x[0], on(x[0], labels), new Options(Optional.of(on(x[0], weight)), -100, 0.1, r)), any(5, 5)));
      all.add(new OpSample("cross entropy of maps " + r, x -> ClassLosses.crossEntropy(x[0], on(x[0], map), plain),
          any(2, 3, 2, 3)));
      all.add(new OpSample("nll " + r, x -> ClassLosses.nll(
          x[0], on(x[0], labels), new Options(Optional.of(on(x[0], weight)), -100, 0, r)), any(5, 5)));
      all.add(new OpSample("log softmax and nll " + r, x -> ClassLosses.nll(x[0].logSoftmax(1), on(x[0], map), plain),
          any(2, 3, 2, 3)));
      all.add(new OpSample("bce with logits " + r,
          x -> BinaryCrossEntropy.withLogits(x[0], on(x[0], targets), Optional.empty(), r), any(2, 3)));
      all.add(new OpSample("bce with logits, weighted " + r,
          x -> BinaryCrossEntropy.withLogits(x[0], on(x[0], targets), Optional.of(on(x[0], positive)), r), any(2, 3)));
      for (PairLoss loss : PairLoss.values()) {
        for (int[] s : new int[][] {{}, {7}, {2, 3, 2, 5}}) {
          all.add(new OpSample(loss + " " + r, x -> PairLosses.apply(loss, 0.45, r, x[0], x[1].mul(3).add(0.02)),
              distinct(s), distinct(s)));
        }
      }
    }
    return all;
  }
}

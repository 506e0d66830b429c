package org.chagres.nn.samples;

import static org.chagres.nn.samples.OpSample.any;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chagres.nn.functional.Linear;

/** Matrix products of all ranks, linear maps. */
final class ProductSamples {

  private static final int[][][] SHAPES = {
    {{5}, {5}}, {{5}, {5, 3}}, {{3, 5}, {5}}, {{3, 5}, {5, 4}}, {{1, 1}, {1, 1}}, {{1, 9}, {9, 1}},
    {{5}, {2, 5, 3}}, {{2, 3, 5}, {5}}, {{2, 3, 5}, {5, 4}}, {{3, 5}, {2, 5, 4}}, {{2, 3, 5}, {2, 5, 4}},
    {{2, 1, 3, 5}, {3, 5, 4}}, {{2, 3, 4, 5}, {1, 3, 5, 2}}, {{2, 3, 4, 5}, {5, 2}}, {{17, 9}, {9, 19}},
  };

  private ProductSamples() {}

  static List<OpSample> all() {
    List<OpSample> all = new ArrayList<>();
    for (int[][] s : SHAPES) {
      all.add(new OpSample("matmul", x -> x[0].matmul(x[1]), any(s[0]), any(s[1])));
    }
    all.add(new OpSample("matmul of transposes", x -> x[0].t().matmul(x[1].t()), any(5, 3), any(4, 5)));
    all.add(new OpSample(
        "matmul of batched transposes", x -> x[0].transpose(1, 2).matmul(x[1].transpose(-1, -2)), any(2, 5, 3),
        any(2, 4, 5)));
    all.add(new OpSample("matmul with itself", x -> x[0].matmul(x[0].t()), any(3, 4)));
    all.add(new OpSample("matmul of slices", x -> x[0].slice(1, 1, 4).matmul(x[1].slice(0, 0, 5, 2)), any(4, 5),
        any(5, 3)));
    all.add(new OpSample("linear", x -> Linear.linear(x[0], x[1], Optional.of(x[2])), any(4, 5), any(3, 5), any(3)));
    all.add(new OpSample(
        "linear without bias", x -> Linear.linear(x[0], x[1], Optional.empty()), any(4, 5), any(3, 5)));
    all.add(new OpSample(
        "linear of a vector", x -> Linear.linear(x[0], x[1], Optional.of(x[2])), any(5), any(3, 5), any(3)));
    all.add(new OpSample(
        "linear of four dimensions", x -> Linear.linear(x[0], x[1], Optional.of(x[2])), any(2, 3, 2, 5), any(7, 5),
        any(7)));
    return all;
  }
}

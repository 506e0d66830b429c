package org.chagres.nn.samples;

import static org.chagres.nn.samples.OpSample.any;
import static org.chagres.nn.samples.OpSample.distinct;
import static org.chagres.nn.samples.OpSample.on;
import static org.chagres.nn.samples.OpSample.positive;

import java.util.ArrayList;
import java.util.List;
import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** Functions of one and of two operands, broadcasting. */
final class ElementwiseSamples {

  private static final int[][] SHAPES = {{}, {7}, {3, 5}, {2, 3, 3, 5}};

  private ElementwiseSamples() {}

  static List<OpSample> all() {
    List<OpSample> all = new ArrayList<>();
    for (int[] s : SHAPES) {
      unary(all, s);
      binary(all, s, s);
    }
    binary(all, new int[] {3, 5}, new int[] {5});
    binary(all, new int[] {3, 1}, new int[] {1, 5});
    binary(all, new int[] {2, 3, 4, 5}, new int[] {3, 1, 1});
    binary(all, new int[] {1, 3, 1, 5}, new int[] {2, 1, 4, 1});
    binary(all, new int[] {}, new int[] {2, 3});
    binary(all, new int[] {2, 1, 3, 1, 2}, new int[] {4, 1, 5, 1});
    all.add(new OpSample("x + x", x -> x[0].add(x[0]), any(4, 3)));
    all.add(new OpSample("x * x", x -> x[0].mul(x[0]), any(4, 3)));
    all.add(new OpSample("diamond", x -> {
      Tensor a = x[0].exp();
      return a.mul(x[0]).add(a.sin()).sub(a.div(x[0].add(3)));
    }, any(4, 3)));
    Tensor condition = Tensor.of(new boolean[] {true, false, true}, 3);
    all.add(new OpSample("where", x -> Tensor.where(on(x[0], condition), x[0], x[1]), any(2, 3), any(2, 3)));
    all.add(new OpSample("where broadcast", x -> Tensor.where(on(x[0], condition), x[0], x[1]), any(), any(4, 3)));
    all.add(new OpSample("where alike", x -> Tensor.where(on(x[0], condition), x[0], x[0].mul(2)), any(2, 3)));
    return all;
  }

  private static void unary(List<OpSample> all, int... s) {
    all.add(new OpSample("add number", x -> x[0].add(1.5), any(s)));
    all.add(new OpSample("sub number", x -> x[0].sub(1.5), any(s)));
    all.add(new OpSample("mul number", x -> x[0].mul(-2.5), any(s)));
    all.add(new OpSample("div number", x -> x[0].div(3), any(s)));
    all.add(new OpSample("pow number", x -> x[0].pow(2.5), positive(s)));
    all.add(new OpSample("pow 2", x -> x[0].pow(2), any(s)));
    all.add(new OpSample("pow 3 of negatives", x -> x[0].pow(3), any(s)));
    all.add(new OpSample("neg", x -> x[0].neg(), any(s)));
    all.add(new OpSample("abs", x -> x[0].abs(), distinct(s)));
    all.add(new OpSample("exp", x -> x[0].exp(), any(s)));
    all.add(new OpSample("log", x -> x[0].log(), positive(s)));
    all.add(new OpSample("sqrt", x -> x[0].sqrt(), positive(s)));
    all.add(new OpSample("square", x -> x[0].square(), any(s)));
    all.add(new OpSample("reciprocal", x -> x[0].reciprocal(), positive(s)));
    all.add(new OpSample("sin", x -> x[0].sin(), any(s)));
    all.add(new OpSample("cos", x -> x[0].cos(), any(s)));
    all.add(new OpSample("tanh", x -> x[0].tanh(), any(s)));
    all.add(new OpSample("sigmoid", x -> x[0].sigmoid(), any(s)));
    all.add(new OpSample("relu", x -> x[0].relu(), distinct(s)));
    all.add(new OpSample("clamp", x -> x[0].clamp(-0.1, 0.2), distinct(s)));
    all.add(new OpSample("leaky relu", x -> Activation.leakyRelu(x[0], 0.1), distinct(s)));
    all.add(new OpSample("gelu", x -> Activation.gelu(x[0], false), any(s)));
    all.add(new OpSample("gelu tanh", x -> Activation.gelu(x[0], true), any(s)));
    all.add(new OpSample("silu", x -> Activation.silu(x[0]), any(s)));
    all.add(new OpSample("copy", x -> x[0].copy().mul(1.5), any(s)));
    all.add(new OpSample("contiguous", x -> x[0].contiguous().neg(), any(s)));
  }

  private static void binary(List<OpSample> all, int[] a, int[] b) {
    all.add(new OpSample("add", x -> x[0].add(x[1]), any(a), any(b)));
    all.add(new OpSample("sub", x -> x[0].sub(x[1]), any(a), any(b)));
    all.add(new OpSample("mul", x -> x[0].mul(x[1]), any(a), any(b)));
    all.add(new OpSample("div", x -> x[0].div(x[1]), any(a), positive(b)));
    all.add(new OpSample("pow", x -> x[0].pow(x[1]), positive(a), any(b)));
    all.add(new OpSample("maximum", x -> x[0].maximum(x[1].add(0.01)), distinct(a), distinct(b)));
    all.add(new OpSample("minimum", x -> x[0].minimum(x[1].add(0.01)), distinct(a), distinct(b)));
  }
}

package org.chagres.train.oracle;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.chagres.nn.functional.Activation;
import org.chagres.nn.functional.BinaryCrossEntropy;
import org.chagres.nn.functional.ClassLosses;
import org.chagres.nn.functional.Convolution;
import org.chagres.nn.functional.Linear;
import org.chagres.nn.functional.Normalization;
import org.chagres.nn.functional.Normalization.Scale;
import org.chagres.nn.functional.Normalization.Statistics;
import org.chagres.nn.functional.PairLosses;
import org.chagres.nn.functional.Pooling;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.PoolShape.Window;
import org.chagres.simd.shape.Reduction;
import org.chagres.simd.shape.Size;

/** Cases of single ops: forward, backward, buffers. */
final class OpCases {

  private static final int LONG = 1000;

  private final Map<String, Function<Replay, Tensor>> ops = new LinkedHashMap<>();

  /** One run of a case: hands out its tensors and remembers which want gradients. */
  private static final class Replay {
    final Case recorded;
    final Map<String, Tensor> used = new LinkedHashMap<>();

    Replay(Case recorded) {
      this.recorded = recorded;
    }

    /** An input or parameter; requires a gradient where one is recorded. */
    Tensor get(String key) {
      return used.computeIfAbsent(key, k -> {
        Tensor t = recorded.tensor(k);
        String gradient = "grad." + k.substring(k.indexOf('.') + 1);
        return recorded.has(gradient) ? t.requiresGrad(true) : t;
      });
    }

    Optional<Tensor> optional(String key) {
      return recorded.has(key) ? Optional.of(get(key)) : Optional.empty();
    }
  }

  OpCases() {
    unary("relu", (x, c) -> Activation.relu(x));
    unary("leaky_relu", (x, c) -> Activation.leakyRelu(x, c.number("negative_slope", 0.01)));
    unary("gelu", (x, c) -> Activation.gelu(x, c.text("approximate", "none").equals("tanh")));
    unary("gelu_tanh", (x, c) -> Activation.gelu(x, true));
    unary("silu", (x, c) -> Activation.silu(x));
    unary("sigmoid", (x, c) -> Activation.sigmoid(x));
    unary("tanh", (x, c) -> Activation.tanh(x));
    unary("exp", (x, c) -> x.exp());
    unary("log", (x, c) -> x.log());
    unary("sqrt", (x, c) -> x.sqrt());
    unary("abs", (x, c) -> x.abs());
    unary("neg", (x, c) -> x.neg());
    unary("square", (x, c) -> x.square());
    unary("clamp",
        (x, c) -> x.clamp(c.number("min", Double.NEGATIVE_INFINITY), c.number("max", Double.POSITIVE_INFINITY)));
    unary("softmax", (x, c) -> x.softmax(c.integer("dim", -1)));
    unary("softmax_dim1", (x, c) -> x.softmax(c.integer("dim", 1)));
    unary("log_softmax", (x, c) -> x.logSoftmax(c.integer("dim", -1)));
    unary("flatten", (x, c) -> x.flatten(c.integer("start_dim", 0), c.integer("end_dim", -1)));
    unary("permute", (x, c) -> x.permute(c.integers("dims")));
    unary("reshape", (x, c) -> x.reshape(c.integers("shape")));
    unary("transpose", (x, c) -> x.transpose(c.integer("dim0", 0), c.integer("dim1", 1)));
    unary("slice", (x, c) -> x.slice(
        c.integer("dim", 0), c.integer("start", 0), c.integer("end", Integer.MAX_VALUE), c.integer("step", 1)));
    unary("sum", (x, c) -> reduced(c, x.sum(), d -> x.sum(c.flag("keepdim", false), d)));
    unary("mean", (x, c) -> reduced(c, x.mean(), d -> x.mean(c.flag("keepdim", false), d)));
    unary("var", (x, c) -> x.var(c.number("correction", 1), c.flag("keepdim", false), dims(c, x)));
    unary("max", (x, c) -> c.integers("dim").length == 0 ? x.max() : kept(c, x.max(c.integer("dim", 0)).values()));
    unary("min", (x, c) -> c.integers("dim").length == 0 ? x.min() : kept(c, x.min(c.integer("dim", 0)).values()));
    unary("logsumexp", (x, c) -> kept(c, x.logsumexp(c.integer("dim", 0))));
    binary("add", Tensor::add);
    binary("sub", Tensor::sub);
    binary("mul", Tensor::mul);
    binary("div", Tensor::div);
    binary("pow", Tensor::pow);
    binary("maximum", Tensor::maximum);
    binary("minimum", Tensor::minimum);
    binary("matmul", Tensor::matmul);
    ops.put("cat", r -> Tensor.cat(
        r.recorded.integer("dim", 0),
        r.recorded.under("in.").keySet().stream().map(k -> r.get("in." + k)).toArray(Tensor[]::new)));
    ops.put("stack", r -> Tensor.stack(
        r.recorded.integer("dim", 0),
        r.recorded.under("in.").keySet().stream().map(k -> r.get("in." + k)).toArray(Tensor[]::new)));
    ops.put("embedding", r -> r.get("param.weight").indexSelect(r.get("in.index")));
    ops.put("linear", r -> Linear.linear(r.get("in.x"), r.get("param.weight"), r.optional("param.bias")));
    ops.put("conv2d", OpCases::conv2d);
    unary("max_pool2d", (x, c) -> Pooling.maxPool2d(x, window(c)));
    unary("avg_pool2d", (x, c) -> Pooling.avgPool2d(x, window(c)));
    unary("adaptive_avg_pool2d", (x, c) -> Pooling.adaptiveAvgPool2d(x, size(c, "output_size", 1)));
    ops.put("batch_norm", OpCases::batchNorm);
    ops.put("layer_norm", r -> Normalization.layerNorm(
        r.get("in.x"), r.recorded.integers("normalized_shape"), scale(r), r.recorded.number("eps", 1e-5)));
    ops.put("cross_entropy", r -> ClassLosses.crossEntropy(r.get("in.x"), r.get("in.target"), classes(r)));
    ops.put("nll_loss", r -> ClassLosses.nll(r.get("in.x"), r.get("in.target"), classes(r)));
    pair("mse_loss", PairLoss.MSE, "unused", 0);
    pair("l1_loss", PairLoss.L1, "unused", 0);
    pair("smooth_l1_loss", PairLoss.SMOOTH_L1, "beta", 1);
    pair("huber_loss", PairLoss.HUBER, "delta", 1);
    ops.put("bce_with_logits", r -> BinaryCrossEntropy.withLogits(
        r.get("in.x"), r.get(r.recorded.has("in.target") ? "in.target" : "const.target"),
        r.optional("const.pos_weight"),
        reduction(r.recorded)));
  }

  boolean knows(String op) {
    return ops.containsKey(op);
  }

  void replay(Case c) {
    Replay r = new Replay(c);
    Agreement near = longest(c) > LONG ? Agreement.LONG_REDUCTION : Agreement.OP;
    Tensor y = ops.get(c.op()).apply(r);
    near.check("out", c.tensors().get("out"), y);
    if (c.has("grad_out")) {
      y.backward(c.tensor("grad_out"));
    }
    c.under("grad.").forEach((name, expected) -> {
      Tensor t = r.used.get(r.used.containsKey("in." + name) ? "in." + name : "param." + name);
      if (t == null) {
        throw new Agreement.Disagreement("grad." + name + ": nothing in the case has this name");
      }
      near.check("grad." + name, expected, t.grad());
    });
    c.under("after.").forEach((name, expected) -> near.check("after." + name, expected, r.get("buffer." + name)));
  }

  /** The longest sum in the case. */
  private static long longest(Case c) {
    Tensor x = c.tensors().get("in.x");
    Tensor w = c.tensors().get("param.weight");
    return switch (c.op()) {
      case "conv2d" -> Math.max(
          c.tensors().get("out").count() / w.size(0), Math.max(w.count() / w.size(0), w.count() / w.size(1)));
      case "linear" -> Math.max(w.size(1), x.count() / w.size(1));
      case "batch_norm" -> x.count() / x.size(1);
      case "matmul" -> c.tensors().get("in.a").size(-1);
      case "sum", "mean", "var" -> x.count() / Math.max(1, c.tensors().get("out").count());
      default -> x == null || c.tensors().get("out").rank() > 0 ? 0 : x.count();
    };
  }

  private void unary(String name, BiFunction<Tensor, Case, Tensor> f) {
    ops.put(name, r -> f.apply(r.get("in.x"), r.recorded));
  }

  private void binary(String name, BiFunction<Tensor, Tensor, Tensor> f) {
    ops.put(name, r -> f.apply(r.get("in.a"), r.get("in.b")));
  }

  private void pair(String name, PairLoss loss, String parameter, double otherwise) {
    ops.put(name, r -> PairLosses.apply(
        loss, r.recorded.number(parameter, otherwise), reduction(r.recorded), r.get("in.x"), r.get("in.target")));
  }

  private static Tensor reduced(Case c, Tensor all, Function<int[], Tensor> over) {
    int[] dims = c.integers("dim");
    return dims.length == 0 ? all : over.apply(dims);
  }

  private static int[] dims(Case c, Tensor x) {
    int[] dims = c.integers("dim");
    if (dims.length == 0) {
      dims = new int[x.rank()];
      Arrays.setAll(dims, i -> i);
    }
    return dims;
  }

  private static Tensor kept(Case c, Tensor y) {
    return c.flag("keepdim", false) ? y.unsqueeze(c.integer("dim", 0)) : y;
  }

  private static Tensor conv2d(Replay r) {
    Case c = r.recorded;
    Convolution.Options options = new Convolution.Options(
        size(c, "stride", 1), size(c, "padding", 0), size(c, "dilation", 1), c.integer("groups", 1));
    return Convolution.conv2d(r.get("in.x"), r.get("param.weight"), r.optional("param.bias"), options);
  }

  private static Tensor batchNorm(Replay r) {
    Case c = r.recorded;
    Optional<Statistics> running = c.has("buffer.running_mean")
        ? Optional
            .of(new Statistics(r.get("buffer.running_mean"), r.get("buffer.running_var"), c.number("momentum", 0.1)))
        : Optional.empty();
    return Normalization.batchNorm(r.get("in.x"), scale(r), running, c.flag("training", true), c.number("eps", 1e-5));
  }

  private static Scale scale(Replay r) {
    return new Scale(r.optional("param.weight"), r.optional("param.bias"));
  }

  private static ClassLosses.Options classes(Replay r) {
    Case c = r.recorded;
    return new ClassLosses.Options(
        r.optional("const.weight"), (long) c.number("ignore_index", ClassLoss.IGNORE_INDEX),
        c.number("label_smoothing", 0),
        reduction(c));
  }

  private static Reduction reduction(Case c) {
    return switch (c.text("reduction", "mean")) {
      case "mean" -> Reduction.MEAN;
      case "sum" -> Reduction.SUM;
      case "none" -> Reduction.NONE;
      default ->
        throw new IllegalArgumentException("reduction: expected mean, sum or none, got " + c.text("reduction", ""));
    };
  }

  private static Window window(Case c) {
    Size kernel = size(c, "kernel_size", 1);
    Size stride = c.integers("stride").length == 0 ? kernel : size(c, "stride", 1);
    return new Window(
        kernel, stride, size(c, "padding", 0), c.flag("ceil_mode", false), c.flag("count_include_pad", true));
  }

  private static Size size(Case c, String attr, int otherwise) {
    int[] v = c.integers(attr);
    return v.length == 0 ? Size.of(otherwise) : new Size(v[0], v[v.length - 1]);
  }
}

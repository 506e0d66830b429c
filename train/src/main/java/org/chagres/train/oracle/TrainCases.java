package org.chagres.train.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.AvgPool2d;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.GELU;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.modules.Tanh;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.optim.Adam;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.GradientClip;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.optim.RMSprop;
import org.chagres.train.optim.RateControlled;
import org.chagres.train.optim.SGD;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.chagres.train.schedule.CosineAnnealingWarmRestarts;
import org.chagres.train.schedule.ExponentialLR;
import org.chagres.train.schedule.LRScheduler;
import org.chagres.train.schedule.LinearLR;
import org.chagres.train.schedule.MultiStepLR;
import org.chagres.train.schedule.OneCycleLR;
import org.chagres.train.schedule.SequentialLR;
import org.chagres.train.schedule.StepLR;

/** Cases of training: optimizer steps, schedules, clipped gradients, whole runs. */
final class TrainCases {

  private TrainCases() {}

  static void optim(Case c) {
    List<Tensor> parameters = new ArrayList<>();
    for (int i = 0; c.has("param." + i); i++) {
      parameters.add(c.tensor("param." + i).requiresGrad(true));
    }
    Optimizer optimizer = optimizer(c, parameters);
    for (int step = 0; c.has("grad.0.step" + step); step++) {
      for (int i = 0; i < parameters.size(); i++) {
        parameters.get(i).grad(c.tensor("grad." + i + ".step" + step));
      }
      optimizer.step();
      for (int i = 0; i < parameters.size(); i++) {
        String key = "param." + i + ".step" + step;
        Agreement.OP.check(key, c.tensors().get(key), parameters.get(i));
      }
    }
  }

  static void schedule(Case c) {
    double[] expected = c.tensors().get("lr").toDoubles();
    double[] actual = new double[expected.length];
    Optimizer optimizer = new SGD(List.of(Tensor.zeros(1).requiresGrad(true)), c.number("base_lr", 0.1)).momentum(0.9);
    LRScheduler schedule = schedule(c, optimizer);
    for (int i = 0; i < actual.length; i++) {
      actual[i] = optimizer.lr(0);
      if (i < actual.length - 1) {
        schedule.step();
      }
    }
    Agreement.SCHEDULE.check("lr", expected, actual);
  }

  static void clip(Case c) {
    Map<Integer, Tensor> inputs = new TreeMap<>();
    c.under("in.").forEach((key, t) -> {
      Tensor p = Tensor.zeros(t.shape()).requiresGrad(true);
      p.grad(t);
      inputs.put(Integer.valueOf(key), p);
    });
    double norm = GradientClip.norm(inputs.values(), c.number("max_norm", 1));
    Agreement.OP.check("norm", c.tensors().get("norm").toDoubles(), new double[] {norm});
    inputs.forEach((i, p) -> Agreement.OP.check("out." + i, c.tensors().get("out." + i), p.grad()));
  }

  static void train(Case c) {
    Module net = net(c);
    net.loadStateDict(c.under("init."));
    Optimizer optimizer = optimizer(c, net.parameters());
    int steps = c.integer("steps", 30);
    LRScheduler schedule = c.attrs().has("T_max") ? new CosineAnnealingLR(optimizer, c.integer("T_max", steps)) : null;
    Tensor x = c.tensor("in.x");
    Tensor target = c.tensor("in.target");
    int batch = c.integer("batch", 16);
    int n = x.size(0);
    CrossEntropyLoss criterion = new CrossEntropyLoss();
    double[] losses = new double[steps];
    net.train();
    for (int k = 0; k < steps; k++) {
      int from = k * batch % n;
      try (Scope step = Scope.open()) {
        optimizer.zeroGrad();
        Tensor loss =
            criterion.forward(net.forward(x.slice(0, from, from + batch)), target.slice(0, from, from + batch));
        losses[k] = loss.item();
        loss.backward();
        optimizer.step();
        if (schedule != null) {
          schedule.step();
        }
      }
    }
    double[] expected = c.tensors().get("losses").toDoubles();
    int head = Math.min(10, steps);
    new Agreement(0, 1e-4).check("losses, first ten", Arrays.copyOf(expected, head), Arrays.copyOf(losses, head));
    new Agreement(0, 5e-3).check("losses", expected, losses);
    net.eval();
    try (Grad off = Grad.disabled()) {
      Tensor expectedLogits = c.tensors().get("eval_logits");
      Tensor logits = net.forward(x.slice(0, 0, expectedLogits.size(0)));
      new Agreement(5e-2, 0).check("eval_logits", expectedLogits, logits);
    }
  }

  private static Module net(Case c) {
    int w = c.integer("width", 8);
    String kind = c.text("net", "cnn");
    if (kind.equals("mlp")) {
      return new Sequential(
          new Linear(48, 64), new GELU(), new Linear(64, 32), new Tanh(), new Linear(32, 10));
    } else if (!kind.equals("cnn")) {
      throw new IllegalArgumentException("net: expected cnn or mlp, got " + kind);
    }
    return new Sequential(
        block(3, w), block(w, w), new MaxPool2d(2), block(w, 2 * w), new AvgPool2d(2), new Flatten(),
        new Linear(2 * w * 16, 10));
  }

  private static Sequential block(int in, int out) {
    return new Sequential(new Conv2d(in, out, 3).padding(1), new BatchNorm2d(out), new ReLU());
  }

  private static Optimizer optimizer(Case c, List<Tensor> parameters) {
    double decay = c.number("weight_decay", 0);
    String kind = c.text("optimizer", "sgd").replaceFirst("_.*", "");
    return switch (kind) {
      case "sgd" ->
        new SGD(parameters, c.number("lr", 1e-3)).momentum(c.number("momentum", 0)).dampening(c.number("dampening", 0))
            .weightDecay(decay).nesterov(c.flag("nesterov", false));
      case "adam" -> new Adam(parameters, c.number("lr", 1e-3)).betas(beta(c, 0, 0.9), beta(c, 1, 0.999))
          .eps(c.number("eps", 1e-8)).weightDecay(decay).amsgrad(c.flag("amsgrad", false));
      case "adamw" -> new AdamW(parameters, c.number("lr", 1e-3)).betas(beta(c, 0, 0.9), beta(c, 1, 0.999))
          .eps(c.number("eps", 1e-8)).weightDecay(c.number("weight_decay", 0.01)).amsgrad(c.flag("amsgrad", false));
      case "rmsprop" ->
        new RMSprop(parameters, c.number("lr", 1e-2)).alpha(c.number("alpha", 0.99)).eps(c.number("eps", 1e-8))
            .momentum(c.number("momentum", 0)).weightDecay(decay).centered(c.flag("centered", false));
      default -> throw new IllegalArgumentException("optimizer: expected sgd, adam, adamw or rmsprop, got " + kind);
    };
  }

  private static double beta(Case c, int which, double otherwise) {
    JsonNode betas = c.attrs().get("betas");
    return betas == null ? otherwise : betas.get(which).asDouble();
  }

  private static LRScheduler schedule(Case c, RateControlled o) {
    String kind = c.text("schedule", "");
    return switch (kind) {
      case "step" -> new StepLR(o, c.integer("step_size", 1), c.number("gamma", 0.1));
      case "multistep" -> new MultiStepLR(o, c.number("gamma", 0.1), c.integers("milestones"));
      case "exponential" -> new ExponentialLR(o, c.number("gamma", 0.9));
      case "cosine", "cosine_min" -> new CosineAnnealingLR(o, c.integer("T_max", 1), c.number("eta_min", 0));
      case "cosine_restarts" ->
        new CosineAnnealingWarmRestarts(o, c.integer("T_0", 1), c.integer("T_mult", 1), c.number("eta_min", 0));
      case "linear_warmup" -> linear(c.attrs(), o);
      case "onecycle" -> new OneCycleLR(o, c.number("max_lr", 0.1), c.integer("total_steps", 1));
      case "warmup_then_cosine" -> {
        LRScheduler warmup = linear(c.attrs().get("warmup"), o);
        LRScheduler cosine = new CosineAnnealingLR(o, c.attrs().get("cosine").get("T_max").asInt());
        yield new SequentialLR(o, List.of(warmup, cosine), c.integers("milestones"));
      }
      default -> throw new IllegalArgumentException("schedule: unknown kind " + kind);
    };
  }

  private static LinearLR linear(JsonNode attrs, RateControlled o) {
    return new LinearLR(
        o, attrs.path("start_factor").asDouble(1.0 / 3), attrs.path("end_factor").asDouble(1),
        attrs.path("total_iters").asInt(5));
  }
}

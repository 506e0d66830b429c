package org.chagres.train.cli;

import java.util.List;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.Sequential;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.model.Cnn;
import org.chagres.train.model.Mlp;
import org.chagres.train.optim.Adam;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.optim.RMSprop;
import org.chagres.train.optim.SGD;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.chagres.train.schedule.ExponentialLR;
import org.chagres.train.schedule.LinearLR;
import org.chagres.train.schedule.OneCycleLR;
import org.chagres.train.schedule.ReduceLROnPlateau;
import org.chagres.train.schedule.Scheduler;
import org.chagres.train.schedule.StepLR;

/** Networks, optimizers and schedules by their names on the command line. */
final class Networks {

  private Networks() {}

  static Module model(RunOptions o, ImageShape shape, int classes) {
    return switch (o.text("model")) {
      case "cnn" -> new Cnn(shape.channels(), shape.height(), classes);
      case "mlp" -> new Mlp(shape.elements(), classes);
      default -> throw unknown("--model", List.of("cnn", "mlp"), o.text("model"));
    };
  }

  /** Has each layer run alone. */
  static void withoutFusion(Module model) {
    for (Module m : model.namedModules().values()) {
      if (m instanceof Sequential s) {
        s.fusion(false);
      }
    }
  }

  static Optimizer optimizer(RunOptions o, Module model) {
    double lr = o.number("lr");
    Optimizer optimizer = switch (o.text("optimizer")) {
      case "adamw" -> {
        AdamW adamW = new AdamW(model.parameters(), lr);
        yield o.has("weight-decay") ? adamW.weightDecay(o.number("weight-decay")) : adamW;
      }
      case "adam" -> {
        Adam adam = new Adam(model.parameters(), lr);
        yield o.has("weight-decay") ? adam.weightDecay(o.number("weight-decay")) : adam;
      }
      case "sgd" -> {
        SGD sgd = new SGD(model.parameters(), lr).momentum(o.number("momentum"));
        yield o.has("weight-decay") ? sgd.weightDecay(o.number("weight-decay")) : sgd;
      }
      case "rmsprop" -> {
        RMSprop rmsProp = new RMSprop(model.parameters(), lr).momentum(o.number("momentum"));
        yield o.has("weight-decay") ? rmsProp.weightDecay(o.number("weight-decay")) : rmsProp;
      }
      default -> throw unknown("--optimizer", List.of("adamw", "adam", "sgd", "rmsprop"), o.text("optimizer"));
    };
    return optimizer;
  }

  /** Null for a constant rate. */
  static Scheduler schedule(RunOptions o, Optimizer optimizer, int stepsPerEpoch) {
    int steps = Math.multiplyExact(o.integer("epochs"), stepsPerEpoch);
    return switch (o.text("schedule")) {
      case "none" -> null;
      case "cosine" -> new CosineAnnealingLR(optimizer, steps);
      case "onecycle" -> new OneCycleLR(optimizer, o.number("lr"), steps);
      case "step" -> new StepLR(optimizer, Math.max(1, steps / 3), 0.1);
      case "exponential" -> new ExponentialLR(optimizer, Math.pow(0.01, 1.0 / steps));
      case "linear" -> new LinearLR(optimizer, 1, 0, steps);
      case "plateau" -> new ReduceLROnPlateau(
          optimizer, ReduceLROnPlateau.Options.DEFAULTS.mode(ReduceLROnPlateau.Mode.MAX));
      default -> throw unknown(
          "--schedule", List.of("none", "cosine", "onecycle", "step", "exponential", "linear", "plateau"),
          o.text("schedule"));
    };
  }

  private static UsageException unknown(String option, List<String> known, String got) {
    return new UsageException(option + ": expected one of " + known + ", got " + got);
  }
}

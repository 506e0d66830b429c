package org.chagres.train.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.Module;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.model.Cnn;
import org.chagres.train.optim.Adam;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.GradientClip;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.optim.RMSprop;
import org.chagres.train.optim.SGD;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded training of the case-study network is the eager one to the last bit. */
final class RecordedTrainingTest {

  private static final int STEPS = 6;

  private record Case(String name, Function<Module, Optimizer> optimizer, double clip) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    return List.of(
        new Case("AdamW", m -> new AdamW(m.parameters(), 2e-3), 0),
        new Case("Adam, amsgrad, clipped", m -> new Adam(m.parameters(), 1e-3).amsgrad(true), 0.5),
        new Case("SGD", m -> new SGD(m.parameters(), 0.01), 0),
        new Case("SGD, Nesterov", m -> new SGD(m.parameters(), 0.01).momentum(0.9).nesterov(true), 0),
        new Case("RMSprop, centered", m -> new RMSprop(m.parameters(), 1e-3).centered(true).momentum(0.5), 0));
  }

  private static final class Run {
    final Cnn network;
    final Optimizer optimizer;
    final CosineAnnealingLR schedule;
    final CrossEntropyLoss criterion = new CrossEntropyLoss();
    final double clip;

    Run(Case c) {
      Generator.manualSeed(3);
      network = new Cnn();
      network.train();
      optimizer = c.optimizer.apply(network);
      schedule = new CosineAnnealingLR(optimizer, STEPS);
      clip = c.clip;
    }

    Tensor[] step(Tensor[] in) {
      optimizer.zeroGrad();
      Tensor scores = network.forward(in[0]);
      Tensor loss = criterion.forward(scores, in[1]);
      loss.backward();
      if (clip > 0) {
        GradientClip.norm(network.parameters(), clip);
      }
      optimizer.step();
      return new Tensor[] {loss, scores};
    }

    float[] state() {
      List<Tensor> all = List.copyOf(network.stateDict().values());
      float[] flat = new float[all.stream().mapToInt(t -> (int) t.count()).sum()];
      int at = 0;
      for (Tensor t : all) {
        float[] values = t.toFloats();
        System.arraycopy(values, 0, flat, at, values.length);
        at += values.length;
      }
      return flat;
    }
  }

  private static Tensor images(int i) {
    return new Generator(100 + i).normal(0, 1, 3, 3, 32, 32);
  }

  private static Tensor labels(int i) {
    return new Generator(200 + i).integers(0, 10, 3);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sameBits(Case c) {
    float[] losses = new float[STEPS];
    Run eager = new Run(c);
    for (int i = 0; i < STEPS; i++) {
      try (Scope scope = Scope.open()) {
        losses[i] = (float) eager.step(new Tensor[] {images(i), labels(i)})[0].item();
      }
      eager.schedule.step();
    }
    float[] expected = eager.state();
    Generator.State random = Generator.standard().get();
    Run run = new Run(c);
    try (Recorded step = new Recorded(run::step)) {
      for (int i = 0; i < STEPS; i++) {
        assertEquals(losses[i], (float) step.run(images(i), labels(i))[0].item(), c + ", step " + i);
        run.schedule.step();
      }
      assertTrue(step.isReadyFor(images(0), labels(0)));
    }
    assertArrayEquals(expected, run.state(), c.name);
    assertEquals(random, Generator.standard().get());
    assertEquals(eager.optimizer.state().steps(), run.optimizer.state().steps());
  }

  @Test
  void aBadLabelIsToldByAReplayToo() {
    Run run = new Run(cases().getFirst());
    try (Recorded step = new Recorded(run::step)) {
      for (int i = 0; i < 3; i++) {
        step.run(images(i), labels(i));
      }
      Tensor bad = Tensor.of(new long[] {1, 10, 2});
      String message = assertThrows(IllegalArgumentException.class, () -> step.run(images(4), bad)).getMessage();
      assertTrue(message.contains("10") && message.contains("position 1"), message);
      step.run(images(5), labels(5));
    }
  }
}

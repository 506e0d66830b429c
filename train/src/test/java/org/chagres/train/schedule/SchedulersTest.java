package org.chagres.train.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.chagres.train.optim.RateControlled;
import org.chagres.train.schedule.OneCycleLR.Anneal;
import org.chagres.train.schedule.OneCycleLR.Momentum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchedulersTest {

  private static double[] rates(FakeOptimizer optimizer, LRScheduler scheduler, int steps) {
    double[] rates = new double[steps];
    for (int i = 0; i < steps; i++) {
      rates[i] = optimizer.lr(0);
      scheduler.step();
    }
    return rates;
  }

  @Test
  void constantThenExponentialIsTheExampleOfPyTorchsDocumentation() {
    FakeOptimizer o = new FakeOptimizer(0.05);
    List<LRScheduler> parts = List.of(new ConstantLR(o, 0.1, 20), new ExponentialLR(o, 0.9));
    double[] rates = rates(o, new SequentialLR(o, parts, 20), 24);
    for (int i = 0; i < 20; i++) {
      assertEquals(0.005, rates[i], 1e-15);
    }
    assertArrayEquals(new double[] {0.05, 0.045, 0.0405, 0.03645},
        java.util.Arrays.copyOfRange(rates, 20, 24), 1e-15);
  }

  @Test
  void constantTakesItsFactorBack() {
    FakeOptimizer o = new FakeOptimizer(0.3);
    assertArrayEquals(new double[] {0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3}, rates(o, new ConstantLR(o), 7), 1e-15);
  }

  @Test
  void linearStaysAtItsEnd() {
    FakeOptimizer o = new FakeOptimizer(1);
    double[] rates = rates(o, new LinearLR(o, 0.5, 0.1, 4), 7);
    assertArrayEquals(new double[] {0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1}, rates, 1e-15);
  }

  @Test
  void lambdaMultipliesTheBaseRateOfEachGroup() {
    FakeOptimizer o = new FakeOptimizer(1, 10);
    LambdaLR scheduler = new LambdaLR(o, e -> 1.0 / (e + 1), e -> e);
    assertArrayEquals(new double[] {1, 0}, scheduler.lastLr());
    scheduler.step();
    scheduler.step();
    assertArrayEquals(new double[] {1.0 / 3, 20}, scheduler.lastLr());
  }

  @Test
  void aMilestoneGivenTwiceCountsTwice() {
    FakeOptimizer o = new FakeOptimizer(1);
    assertArrayEquals(new double[] {1, 1, 0.25, 0.25, 0.125}, rates(o, new MultiStepLR(o, 0.5, 4, 2, 2), 5));
  }

  @Test
  void cosineRisesAgainBeyondItsEndAndComesBackToTheBaseRate() {
    FakeOptimizer o = new FakeOptimizer(0.5);
    double[] rates = rates(o, new CosineAnnealingLR(o, 4, 0.1), 9);
    assertArrayEquals(new double[] {0.1, 0.5}, new double[] {rates[4], rates[8]}, 1e-12);
    FakeOptimizer one = new FakeOptimizer(0.5);
    assertArrayEquals(new double[] {0.5, 0, 0.5, 0}, rates(one, new CosineAnnealingLR(one, 1), 4), 1e-12);
  }

  @Test
  void twoSchedulesActOnOneOptimizer() {
    FakeOptimizer o = new FakeOptimizer(1);
    StepLR first = new StepLR(o, 2, 0.5);
    ExponentialLR second = new ExponentialLR(o, 0.9);
    for (int i = 1; i <= 5; i++) {
      first.step();
      second.step();
      assertEquals(Math.pow(0.5, i / 2) * Math.pow(0.9, i), o.lr(0), 1e-15);
    }
  }

  @Test
  void aRateSetByHandStaysInEffect() {
    FakeOptimizer o = new FakeOptimizer(1);
    StepLR scheduler = new StepLR(o, 2, 0.5);
    scheduler.step();
    o.lr(0, 8);
    scheduler.step();
    assertEquals(4, o.lr(0));
  }

  @Test
  void aSequenceMayStandInASequence() {
    FakeOptimizer o = new FakeOptimizer(1);
    SequentialLR inner = new SequentialLR(o, List.of(new LambdaLR(o, e -> 2 + e), new LambdaLR(o, e -> 20 + e)), 2);
    SequentialLR outer = new SequentialLR(o, List.of(new LambdaLR(o, e -> 100 + e), inner), 3);
    assertArrayEquals(new double[] {100, 101, 102, 2, 3, 20, 21, 22}, rates(o, outer, 8));
    FakeOptimizer p = new FakeOptimizer(1);
    SequentialLR front = new SequentialLR(p, List.of(new LambdaLR(p, e -> 2 + e), new LambdaLR(p, e -> 20 + e)), 2);
    SequentialLR whole = new SequentialLR(p, List.of(front, new LambdaLR(p, e -> 100 + e)), 4);
    assertArrayEquals(new double[] {2, 3, 20, 21, 100, 101}, rates(p, whole, 6));
  }

  @Test
  void oneCycleMovesMomentumAgainstTheRate() {
    FakeOptimizer o = new FakeOptimizer(9, 9);
    // the rise ends at step 0.25 * 40 - 1 = 9, the fall at 39
    OneCycleLR.Options options = OneCycleLR.Options.of(40).pctStart(0.25);
    OneCycleLR scheduler = new OneCycleLR(o, options, 1, 2);
    double[][] seen = new double[40][];
    for (int i = 0; i < 40; i++) {
      seen[i] = new double[] {o.lr(0), o.lr(1), o.momentum(0), o.momentum(1)};
      scheduler.step();
    }
    assertArrayEquals(new double[] {0.04, 0.08, 0.95, 0.95}, seen[0], 1e-15);
    assertArrayEquals(new double[] {1, 2, 0.85, 0.85}, seen[9], 1e-15);
    assertArrayEquals(new double[] {(1 + 4e-6) / 2, 1 + 4e-6, 0.9, 0.9}, seen[24], 1e-12);
    assertArrayEquals(new double[] {4e-6, 8e-6, 0.95, 0.95}, seen[39], 1e-15);
    String message = assertThrows(IllegalStateException.class, scheduler::step).getMessage();
    assertTrue(message.contains("step 41 of a cycle of 40"), message);
  }

  @Test
  void oneCycleInThreePhasesAlongLines() {
    FakeOptimizer o = new FakeOptimizer(9);
    // phases end at 9, 18 and 39
    OneCycleLR.Options options = OneCycleLR.Options.of(40).pctStart(0.25).anneal(Anneal.LINEAR).threePhase(true)
        .divFactor(10).finalDivFactor(100).momentum(new Momentum(true, 0.5, 0.8));
    OneCycleLR scheduler = new OneCycleLR(o, options, 1);
    double[] rates = new double[40];
    double[] momenta = new double[40];
    for (int i = 0; i < 40; i++) {
      rates[i] = o.lr(0);
      momenta[i] = o.momentum(0);
      scheduler.step();
    }
    assertArrayEquals(new double[] {0.1, 0.4, 1, 0.9, 0.1, 0.001},
        new double[] {rates[0], rates[3], rates[9], rates[10], rates[18], rates[39]}, 1e-15);
    assertArrayEquals(new double[] {0.8, 0.7, 0.5, 0.8, 0.8},
        new double[] {momenta[0], momenta[3], momenta[9], momenta[18], momenta[30]}, 1e-15);
  }

  @Test
  void oneCycleWithoutARiseStartsAtTheTop() {
    for (double pctStart : new double[] {0, 0.1}) {
      FakeOptimizer o = new FakeOptimizer(9);
      OneCycleLR scheduler = new OneCycleLR(o, OneCycleLR.Options.of(10).pctStart(pctStart), 1);
      double[] rates = rates(o, scheduler, 10);
      assertEquals(pctStart == 0 ? 0.97 : 1, rates[0], 0.01);
      assertEquals(4e-6, rates[9], 1e-15);
    }
  }

  @Test
  void oneCycleNeedsAMomentumToCycle() {
    FakeOptimizer o = new FakeOptimizer(false, 1);
    assertThrows(IllegalArgumentException.class, () -> new OneCycleLR(o, 1, 10));
    new OneCycleLR(o, OneCycleLR.Options.of(10).momentum(Momentum.FIXED), 1).step();
    assertEquals(0, o.momentum(0));
  }

  static List<Function<RateControlled, LRScheduler>> all() {
    return List.of(o -> new StepLR(o, 3, 0.5), o -> new MultiStepLR(o, 0.5, 4, 7), o -> new ExponentialLR(o, 0.9),
        o -> new LambdaLR(o, e -> 1.0 / (1 + e)), ConstantLR::new, LinearLR::new,
        o -> new CosineAnnealingLR(o, 7, 0.01), o -> new CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
        o -> new OneCycleLR(o, 0.4, 20),
        o -> new SequentialLR(o, List.of(new LinearLR(o), new CosineAnnealingWarmRestarts(o, 2, 2, 0),
            new OneCycleLR(o, 1, 30)), 5, 12));
  }

  @ParameterizedTest
  @MethodSource("all")
  void resumesToTheSameBitsFromAnyStep(Function<RateControlled, LRScheduler> make) {
    for (int stop = 0; stop < 20; stop++) {
      FakeOptimizer whole = new FakeOptimizer(0.1, 0.3);
      LRScheduler scheduler = make.apply(whole);
      for (int i = 0; i < stop; i++) {
        scheduler.step();
      }
      FakeOptimizer resumed = new FakeOptimizer(0.1, 0.3);
      LRScheduler again = make.apply(resumed);
      again.load(scheduler.state());
      assertEquals(scheduler.state(), again.state());
      for (int i = stop; i < 20; i++) {
        for (int g = 0; g < 2; g++) {
          assertEquals(whole.lr(g), resumed.lr(g));
          assertEquals(whole.momentum(g), resumed.momentum(g));
        }
        assertArrayEquals(scheduler.lastLr(), again.lastLr());
        scheduler.step();
        again.step();
      }
    }
  }

  @Test
  void refusesTheStateOfAnother() {
    FakeOptimizer o = new FakeOptimizer(0.1);
    Map<String, Double> state = new CosineAnnealingWarmRestarts(o, 3).state();
    String message = assertThrows(IllegalArgumentException.class, () -> new StepLR(o, 3, 0.1).load(state)).getMessage();
    assertTrue(message.contains("StepLR") && message.contains("tCur"), message);
  }

  @Test
  void refusesBadOptions() {
    FakeOptimizer o = new FakeOptimizer(0.1);
    FakeOptimizer other = new FakeOptimizer(0.1);
    List<Runnable> bad = List.of(() -> new StepLR(o, 0, 0.1), () -> new CosineAnnealingLR(o, 0),
        () -> new LinearLR(o, 0, 1, 5), () -> new LinearLR(o, 0.5, 2, 5), () -> new LinearLR(o, 0.5, 1, 0),
        () -> new ConstantLR(o, 0, 5), () -> new CosineAnnealingWarmRestarts(o, 0), () -> new LambdaLR(o),
        () -> new OneCycleLR(o, 1, 0), () -> OneCycleLR.Options.of(10).pctStart(1.5),
        () -> new OneCycleLR(o, OneCycleLR.Options.of(10), 1, 2, 3), () -> new SequentialLR(o, List.of()),
        () -> new SequentialLR(o, List.of(new StepLR(o, 1, 0.1)), 3),
        () -> new SequentialLR(o, List.of(new StepLR(other, 1, 0.1))),
        () -> new SequentialLR(o, List.of(new StepLR(o, 1, 0.1), new StepLR(o, 1, 0.1)), 0));
    for (int i = 0; i < bad.size(); i++) {
      assertThrows(IllegalArgumentException.class, bad.get(i)::run, "number " + i);
    }
  }
}

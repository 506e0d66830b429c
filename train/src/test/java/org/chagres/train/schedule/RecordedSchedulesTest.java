package org.chagres.train.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.chagres.nn.state.SafetensorsFile;
import org.chagres.train.optim.RateControlled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rates of sixty steps, as PyTorch gave them. The options are those in the files' metadata. */
class RecordedSchedulesTest {

  private static Arguments of(String name, Function<RateControlled, LRScheduler> scheduler) {
    return Arguments.of(name, scheduler);
  }

  static List<Arguments> recorded() {
    return List.of(
        of("lr_cosine", o -> new CosineAnnealingLR(o, 60)),
        of("lr_cosine_min", o -> new CosineAnnealingLR(o, 25, 1e-4)),
        of("lr_cosine_restarts", o -> new CosineAnnealingWarmRestarts(o, 8, 2, 0)),
        of("lr_exponential", o -> new ExponentialLR(o, 0.95)),
        of("lr_linear_warmup", o -> new LinearLR(o, 0.1, 1, 10)),
        of("lr_multistep", o -> new MultiStepLR(o, 0.1, 10, 25, 40)),
        of("lr_onecycle", o -> new OneCycleLR(o, 0.4, 60)),
        of("lr_step", o -> new StepLR(o, 7, 0.5)),
        of("lr_warmup_then_cosine", o -> new SequentialLR(o,
            List.of(new LinearLR(o, 0.01, 1, 5), new CosineAnnealingLR(o, 55)), 5)));
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void ratesAreThoseOfPyTorch(String name, Function<RateControlled, LRScheduler> make) throws Exception {
    Path path = Path.of(RecordedSchedulesTest.class.getResource("/oracle/" + name + ".safetensors").toURI());
    MemorySegment expected = SafetensorsFile.open(path).get("lr").data();
    FakeOptimizer optimizer = new FakeOptimizer(0.1);
    LRScheduler scheduler = make.apply(optimizer);
    for (int step = 0; step < 60; step++) {
      double rate = expected.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * step);
      assertEquals(rate, optimizer.lr(0), 1e-12 * rate, name + " at step " + step);
      assertEquals(optimizer.lr(0), scheduler.lastLr()[0]);
      assertEquals(step, scheduler.lastEpoch());
      scheduler.step();
    }
  }
}

package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;
import org.chagres.simd.optim.AdamStep;
import org.chagres.simd.optim.GradientScale;
import org.chagres.simd.optim.RmsPropOptions;
import org.chagres.simd.optim.RmsPropState;
import org.chagres.simd.optim.RmsPropStep;
import org.chagres.simd.optim.SgdOptions;
import org.chagres.simd.optim.SgdStep;
import org.chagres.simd.reduce.SumSquares;
import org.junit.jupiter.api.Test;

class OptimTest {

  private static final double LR = 0.01;
  private static final boolean[] BOTH = {false, true};

  private final Kit kit = new Kit(7);
  private final OptimKernels optim = new OptimKernels(kit.stream());
  private final MemorySegment schedule = kit.memory(Schedule.BYTES);

  private MemorySegment zeros(int n) {
    return kit.room(n).fill((byte) 0);
  }

  @Test
  void sgd() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int n : new int[] {1, 4, 257, 4098}) {
        for (double momentum : new double[] {0, 0.9}) {
          for (boolean nesterov : BOTH) {
            MemorySegment p = kit.normal(n);
            MemorySegment expected = kit.copy(p);
            MemorySegment b = momentum == 0 ? MemorySegment.NULL : zeros(n);
            MemorySegment eb = momentum == 0 ? MemorySegment.NULL : zeros(n);
            double dampening = nesterov ? 0 : 0.1;
            Sgd o = new Sgd(momentum, dampening, 0.05, nesterov, nesterov);
            new Schedule(LR, 1, true).write(schedule);
            for (int step = 1; step <= 3; step++) {
              MemorySegment g = kit.normal(n);
              Kit.cpu(SgdStep.of(
                  new SgdOptions.Fixed(LR, momentum, dampening, 0.05, nesterov, nesterov, step == 1), n, expected, g,
                  eb));
              optim.sgd(o, schedule, n, p, g, b);
              new Schedule(LR, step + 1, false).write(schedule);
            }
            kit.close(1e-6, expected, p, "SGD " + n + " " + o);
            if (momentum != 0) {
              kit.close(1e-6, eb, b, "SGD's buffer " + n);
            }
          }
        }
      }
    }
  }

  @Test
  void adam() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int n : new int[] {1, 4, 257, 4098}) {
        for (boolean amsgrad : BOTH) {
          for (boolean decoupled : BOTH) {
            MemorySegment p = kit.normal(n);
            MemorySegment e = kit.copy(p);
            Adam.State state = new Adam.State(zeros(n), zeros(n), amsgrad ? zeros(n) : MemorySegment.NULL);
            AdamState cpu = new AdamState(zeros(n), zeros(n), amsgrad ? zeros(n) : MemorySegment.NULL);
            Adam o = new Adam(0.9, 0.999, 1e-8, 0.05, decoupled, amsgrad);
            new Schedule(LR, 1, true).write(schedule);
            for (int step = 1; step <= 4; step++) {
              MemorySegment g = kit.normal(n);
              AdamOptions options = new AdamOptions.Fixed(LR, 0.9, 0.999, 1e-8, 0.05, decoupled, amsgrad, step);
              Kit.cpu(AdamStep.of(options, n, e, g, cpu));
              optim.adam(o, schedule, n, p, g, state);
              new Schedule(LR, step + 1, false).write(schedule);
            }
            kit.close(1e-6, e, p, "Adam " + n + " " + o);
            kit.close(1e-6, cpu.second(), state.second(), "Adam's second moment " + n);
          }
        }
      }
    }
  }

  @Test
  void rmsProp() {
    for (int n : new int[] {1, 4, 257, 4098}) {
      for (boolean momentum : BOTH) {
        for (boolean centered : BOTH) {
          MemorySegment p = kit.normal(n);
          MemorySegment e = kit.copy(p);
          MemorySegment no = MemorySegment.NULL;
          RmsProp.State state = new RmsProp.State(zeros(n), momentum ? zeros(n) : no, centered ? zeros(n) : no);
          RmsPropState cpu = new RmsPropState(zeros(n), momentum ? zeros(n) : no, centered ? zeros(n) : no);
          double factor = momentum ? 0.8 : 0;
          RmsProp o = new RmsProp(0.9, 1e-8, 0.05, factor, centered, centered);
          new Schedule(LR, 1, true).write(schedule);
          for (int step = 1; step <= 3; step++) {
            MemorySegment g = kit.normal(n);
            Kit.cpu(RmsPropStep.of(
                new RmsPropOptions.Fixed(LR, 0.9, 1e-8, 0.05, factor, centered, centered), n, e, g, cpu));
            optim.rmsProp(o, schedule, n, p, g, state);
          }
          kit.close(2e-6, e, p, "RMSprop " + n + " " + o);
        }
      }
    }
  }

  @Test
  void norms() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int n : Kit.RAGGED) {
        MemorySegment g = kit.normal(n);
        MemorySegment e = kit.copy(g);
        MemorySegment sum = kit.memory(8);
        MemorySegment expected = kit.memory(8);
        Kit.cpu(SumSquares.of(n, g, expected));
        optim.sumSquares(n, g, sum);
        double value = expected.get(JAVA_DOUBLE.withByteAlignment(1), 0);
        assertEquals(value, sum.get(JAVA_DOUBLE.withByteAlignment(1), 0), 1e-6 * value);
        Kit.cpu(GradientScale.scale(n, 0.7, e));
        optim.scale(n, 0.7, g);
        kit.same(e, g, "scale " + n);
        g.set(java.lang.foreign.ValueLayout.JAVA_FLOAT.withByteAlignment(1), 0, Float.NaN);
        e.set(java.lang.foreign.ValueLayout.JAVA_FLOAT.withByteAlignment(1), 0, Float.NaN);
        Kit.cpu(GradientScale.clamp(n, 0.3, e));
        optim.clamp(n, 0.3, g);
        kit.same(e, g, "clamp " + n);
      }
    }
    MemorySegment sum = kit.memory(8);
    optim.sumSquares(0, kit.room(0), sum);
    assertEquals(0, sum.get(JAVA_DOUBLE.withByteAlignment(1), 0));
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(4);
    MemorySegment no = MemorySegment.NULL;
    assertThrows(IllegalArgumentException.class,
        () -> optim.sgd(new Sgd(0.9, 0, 0, false, false), schedule, 4, x, x, no));
    assertThrows(IllegalArgumentException.class,
        () -> optim.adam(new Adam(0.9, 0.9, 0, 0, true, false), schedule, 4, x, x, new Adam.State(x, no, no)));
    assertThrows(IllegalArgumentException.class,
        () -> optim.rmsProp(new RmsProp(0.9, 0, 0, 0, true, false), schedule, 4, x, x, new RmsProp.State(x, no, no)));
    assertThrows(IllegalArgumentException.class, () -> optim.clamp(4, -1, x));
    assertThrows(IllegalArgumentException.class, () -> optim.scale(5, 1, x));
    assertThrows(IllegalArgumentException.class, () -> new Schedule(0.1, 0, true));
  }
}

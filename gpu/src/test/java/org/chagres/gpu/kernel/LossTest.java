package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.loss.ClassSaved;
import org.chagres.simd.loss.Logits;
import org.chagres.simd.loss.Losses;
import org.chagres.simd.loss.Pair;
import org.chagres.simd.loss.PairGradients;
import org.chagres.simd.shape.Reduction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossTest {

  private final Kit kit = new Kit(6);
  private final LossKernels losses = new LossKernels(kit.stream());

  private MemorySegment positive(int n) {
    MemorySegment w = kit.normal(n);
    float[] v = Kit.values(w);
    for (int i = 0; i < n; i++) {
      v[i] = Math.abs(v[i]) + 0.1f;
    }
    return kit.floats(v);
  }

  private record Case(int rows, int classes, double smoothing, boolean softmax, boolean weights, boolean ignored) {}

  @ParameterizedTest
  @EnumSource
  void overClasses(Reduction reduction) {
    Case[] cases = {
      new Case(1, 1, 0, true, false, false), new Case(7, 10, 0, true, false, false),
      new Case(33, 31, 0.1, true, true, true), new Case(129, 257, 0.2, true, true, false),
      new Case(4098, 3, 0, true, true, true), new Case(65, 33, 0, false, true, true),
      new Case(9, 4, 0, false, false, false)};
    for (Case c : cases) {
      String what = reduction + " " + c;
      var cpu = new org.chagres.simd.shape.ClassLoss(
          c.rows, c.classes, c.ignored ? 1 : -100, c.smoothing, reduction, c.softmax);
      ClassLoss s = new ClassLoss(c.rows, c.classes, c.ignored ? 1 : -100, c.smoothing,
          Averaging.valueOf(reduction.name()), c.softmax);
      int values = reduction == Reduction.NONE ? c.rows : 1;
      MemorySegment x = kit.normal((long) c.rows * c.classes);
      MemorySegment target = kit.integers(c.rows, 0, c.classes);
      MemorySegment weight = c.weights ? positive(c.classes) : MemorySegment.NULL;
      MemorySegment logs = c.softmax ? kit.room((long) c.rows * c.classes) : MemorySegment.NULL;
      MemorySegment expectedLogs = c.softmax ? kit.room((long) c.rows * c.classes) : MemorySegment.NULL;
      MemorySegment out = kit.room(values + 1);
      MemorySegment expectedOut = kit.room(values + 1);
      ClassSaved saved = new ClassSaved(target, weight, expectedLogs);
      Kit.cpu(Losses.classForward(cpu, x, saved, expectedOut));
      losses.classForward(s, x, new ClassLoss.Operands(target, weight, logs), out);
      kit.close(3e-6, expectedOut, out, what);
      if (c.softmax) {
        kit.close(2e-6, expectedLogs, logs, what + " logs");
      }
      MemorySegment dy = kit.normal(values);
      MemorySegment dx = kit.room((long) c.rows * c.classes);
      MemorySegment expectedDx = kit.room((long) c.rows * c.classes);
      Kit.cpu(Losses.classBackward(cpu, saved, expectedOut, dy, expectedDx));
      losses.classBackward(s, new ClassLoss.Operands(target, weight, expectedLogs), expectedOut, dy, dx);
      kit.close(2e-6, expectedDx, dx, what + " backward");
    }
  }

  @Test
  void aLabelThatIsNoClassMakesTheLossNaN() {
    ClassLoss s = new ClassLoss(2, 3, -100, 0, Averaging.NONE, true);
    MemorySegment out = kit.room(3);
    MemorySegment logs = kit.room(6);
    ClassLoss.Operands in = new ClassLoss.Operands(kit.longs(1L << 40, -1), MemorySegment.NULL, logs);
    losses.classForward(s, kit.normal(6), in, out);
    kit.close(0, kit.floats(Float.NaN, Float.NaN, Float.NaN), out, "wild labels");
  }

  @ParameterizedTest
  @EnumSource
  void ofPairs(org.chagres.simd.shape.PairLoss kind) {
    for (Reduction reduction : Reduction.values()) {
      Averaging a = Averaging.valueOf(reduction.name());
      PairLoss loss = switch (kind) {
        case MSE -> PairLoss.mse(a);
        case L1 -> PairLoss.l1(a);
        case SMOOTH_L1 -> PairLoss.smoothL1(0.7f, a);
        case HUBER -> PairLoss.huber(0.7f, a);
      };
      Pair cpu = new Pair(kind, 0.7f, reduction);
      for (int n : Kit.RAGGED) {
        String what = kind + " " + reduction + " " + n;
        MemorySegment x = kit.normal(n);
        MemorySegment t = kit.normal(n);
        t.asSlice(0, 4).copyFrom(x.asSlice(0, 4));
        int values = reduction == Reduction.NONE ? n : 1;
        MemorySegment out = kit.room(values);
        MemorySegment expected = kit.room(values);
        Kit.cpu(Losses.pairForward(cpu, n, x, t, expected));
        losses.pairForward(loss, n, x, t, out);
        kit.close(2e-6, expected, out, what);
        MemorySegment dy = kit.normal(values);
        MemorySegment dx = kit.room(n);
        MemorySegment dt = kit.room(n);
        MemorySegment edx = kit.room(n);
        MemorySegment edt = kit.room(n);
        Kit.cpu(Losses.pairBackward(cpu, n, dy, x, t, new PairGradients(edx, edt)));
        losses.pairBackward(loss, n, dy, x, t, dx, dt);
        kit.close(1e-6, edx, dx, what + " dx");
        kit.close(1e-6, edt, dt, what + " dtarget");
        losses.pairBackward(loss, n, dy, x, t, MemorySegment.NULL, dx);
        kit.same(dt, dx, what + " dtarget alone");
      }
    }
  }

  @Test
  void meanOfNothing() {
    MemorySegment none = kit.room(0);
    MemorySegment out = kit.room(1);
    losses.pairForward(PairLoss.mse(Averaging.MEAN), 0, none, none, out);
    kit.close(0, kit.floats(Float.NaN), out, "mean of nothing");
    losses.pairForward(PairLoss.mse(Averaging.SUM), 0, none, none, out);
    kit.close(0, kit.floats(0), out, "sum of nothing");
  }

  @Test
  void overLogits() {
    for (Reduction reduction : Reduction.values()) {
      for (int columns : new int[] {1, 5}) {
        for (int rows : new int[] {1, 33, 900}) {
          for (boolean weighted : new boolean[] {false, true}) {
            String what = "logits " + reduction + " " + rows + " " + columns;
            int n = rows * columns;
            Logits cpu = new Logits(rows, columns, reduction);
            LogitsLoss s = new LogitsLoss(rows, columns, Averaging.valueOf(reduction.name()));
            MemorySegment x = kit.normal(n);
            x.set(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0, -90f);
            MemorySegment t = positive(n);
            MemorySegment p = weighted ? positive(columns) : MemorySegment.NULL;
            int values = reduction == Reduction.NONE ? n : 1;
            MemorySegment out = kit.room(values);
            MemorySegment expected = kit.room(values);
            Kit.cpu(Losses.logitsForward(cpu, x, t, p, expected));
            losses.logitsForward(s, x, t, p, out);
            kit.close(2e-6, expected, out, what);
            MemorySegment dy = kit.normal(values);
            MemorySegment dx = kit.room(n);
            MemorySegment edx = kit.room(n);
            Kit.cpu(Losses.logitsBackward(cpu, dy, x, t, p, edx));
            losses.logitsBackward(s, dy, x, t, p, dx);
            kit.close(2e-6, edx, dx, what + " backward");
          }
        }
      }
    }
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(4);
    assertThrows(IllegalArgumentException.class, () -> PairLoss.huber(0, Averaging.SUM));
    assertThrows(IllegalArgumentException.class, () -> PairLoss.smoothL1(-1, Averaging.SUM));
    assertThrows(IllegalArgumentException.class, () -> new ClassLoss(1, 1, 0, 0.5, Averaging.SUM, false));
    assertThrows(IllegalArgumentException.class, () -> new ClassLoss(1, 0, 0, 0, Averaging.SUM, true));
    assertThrows(IllegalArgumentException.class,
        () -> losses.pairForward(PairLoss.mse(Averaging.NONE), 5, x, x, x));
    assertThrows(IllegalArgumentException.class,
        () -> losses.logitsForward(new LogitsLoss(2, 3, Averaging.SUM), x, x, MemorySegment.NULL, x));
  }
}

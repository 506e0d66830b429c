package org.chagres.nn.losses;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.Reduction;
import org.junit.jupiter.api.Test;

final class LossesTest {

  private static final Tensor X = Tensor.of(new float[] {0.5f, -1, 3, 0}, 2, 2);
  private static final Tensor T = Tensor.of(new float[] {0, 1, 1, 0}, 2, 2);

  private static String refused(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(IllegalArgumentException.class, action).getMessage();
  }

  @Test
  void pairsByHand() {
    assertEquals((0.25 + 4 + 4) / 4, new MSELoss().forward(X, T).item(), 1e-6);
    assertEquals(8.25, new MSELoss().reduction(Reduction.SUM).forward(X, T).item(), 1e-6);
    assertArrayEquals(
        new float[] {0.25f, 4, 4, 0}, new MSELoss().reduction(Reduction.NONE).forward(X, T).toFloats(), 1e-6f);
    assertEquals(4.5 / 4, new L1Loss().forward(X, T).item(), 1e-6);
    assertEquals((0.125 + 1.5 + 1.5) / 4, new SmoothL1Loss().forward(X, T).item(), 1e-6);
    assertEquals((0.0625 + 1 + 1) / 4, new SmoothL1Loss(2).forward(X, T).item(), 1e-6);
    assertEquals(4.5 / 4, new SmoothL1Loss(0).forward(X, T).item(), 1e-6);
    assertEquals((0.125 + 1.5 + 1.5) / 4, new HuberLoss().forward(X, T).item(), 1e-6);
    assertEquals((0.125 + 2 + 2) / 4, new HuberLoss(2).forward(X, T).item(), 1e-6);
    assertEquals("HuberLoss: delta: expected more than 0, got 0.0", refused(() -> new HuberLoss(0)));
    assertEquals("SmoothL1Loss: beta: expected 0 or more, got -1.0", refused(() -> new SmoothL1Loss(-1)));
    String message = refused(() -> new MSELoss().forward(X, Tensor.ones(2)));
    assertTrue(message.contains("expected the input's shape [2, 2], got [2]"), message);
  }

  @Test
  void binaryCrossEntropy() {
    double expected = 0;
    double[] x = X.toDoubles();
    double[] t = T.toDoubles();
    for (int i = 0; i < 4; i++) {
      double p = 1 / (1 + Math.exp(-x[i]));
      expected -= (t[i] * 2 * Math.log(p) + (1 - t[i]) * Math.log(1 - p)) / 4;
    }
    assertEquals(expected, new BCEWithLogitsLoss().posWeight(Tensor.full(2, 2)).forward(X, T).item(), 1e-6);
    Tensor far = Tensor.of(new float[] {200, -200});
    assertEquals(200, new BCEWithLogitsLoss().forward(far, Tensor.of(new float[] {0, 1})).item(), 1e-3);
    assertTrue(refused(() -> new BCEWithLogitsLoss().posWeight(Tensor.ones(3)).forward(X, T))
        .contains("posWeight: expected [2], got [3]"));
  }

  private static double crossEntropy(double[] x, int label) {
    double sum = 0;
    for (double v : x) {
      sum += Math.exp(v);
    }
    return Math.log(sum) - x[label];
  }

  @Test
  void crossEntropyByHand() {
    Tensor labels = Tensor.of(new long[] {1, 0});
    double a = crossEntropy(new double[] {0.5, -1}, 1);
    double b = crossEntropy(new double[] {3, 0}, 0);
    assertEquals((a + b) / 2, new CrossEntropyLoss().forward(X, labels).item(), 1e-6);
    assertEquals((3 * a + b) / 4,
        new CrossEntropyLoss().weight(Tensor.of(new float[] {1, 3})).forward(X, labels).item(), 1e-6);
    Tensor ignored = Tensor.of(new long[] {1, -100});
    assertEquals(a, new CrossEntropyLoss().forward(X, ignored).item(), 1e-6);
    assertEquals(b, new CrossEntropyLoss().ignoreIndex(1).forward(X, labels).item(), 1e-6);
    assertArrayEquals(new double[] {a, 0},
        new CrossEntropyLoss().reduction(Reduction.NONE).forward(X, ignored).toDoubles(), 1e-6);
    double other = crossEntropy(new double[] {0.5, -1}, 0);
    assertEquals(0.9 * a + 0.1 * (a + other) / 2,
        new CrossEntropyLoss().labelSmoothing(0.1).forward(X, ignored).item(), 1e-6);
    assertEquals((a + b) / 2, new NLLLoss().forward(X.logSoftmax(1), labels).item(), 1e-6);
    assertTrue(Double.isNaN(new CrossEntropyLoss().forward(X, Tensor.of(new long[] {-100, -100})).item()),
        "the mean of nothing, as in PyTorch");
  }

  /** One prediction is a batch of one. */
  @Test
  void singleSamples() {
    double a = crossEntropy(new double[] {0.5, -1}, 1);
    assertEquals(a, new CrossEntropyLoss().forward(X.slice(0, 0, 1), Tensor.of(new long[] {1})).item(), 1e-6);
  }

  @Test
  void badLabelsAreNamed() {
    CrossEntropyLoss loss = new CrossEntropyLoss();
    assertEquals("target: label 2 at position 1 is not one of the classes 0 to 1",
        refused(() -> loss.forward(X, Tensor.of(new long[] {0, 2}))));
    assertEquals("target: label -1 at position 0 is not one of the classes 0 to 1",
        refused(() -> loss.forward(X, Tensor.of(new long[] {-1, 0}))));
    assertTrue(refused(() -> new NLLLoss().forward(X, Tensor.of(new long[] {9, 0}))).contains("label 9 at position 0"));
    assertTrue(refused(() -> loss.forward(X, Tensor.ones(2))).contains("expected classes as i64, got F32"));
    assertTrue(refused(() -> loss.forward(X, Tensor.arange(3))).contains("got [2, 2] and [3]"));
    assertTrue(refused(() -> loss.weight(Tensor.ones(3)).forward(X, Tensor.arange(2)))
        .contains("weight: expected [2], got [3]"));
    assertEquals("CrossEntropyLoss: labelSmoothing: expected 0 to 1, got 1.5",
        refused(() -> new CrossEntropyLoss().labelSmoothing(1.5)));
  }
}

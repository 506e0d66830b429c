package org.chagres.nn.modules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each layer against plain loops in double or cases by hand; gradients are checked by the op samples' readers. */
final class LayersTest {

  @BeforeEach
  void seed() {
    Generator.manualSeed(11);
  }

  private static void close(double[] expected, Tensor y, double tolerance) {
    assertArrayEquals(expected, y.toDoubles(), tolerance);
  }

  /** torch.nn.functional.conv2d by its definition. */
  private static double[] convolve(Tensor x, Tensor w, double[] bias, int[] stride, int[] padding, int dilation,
      int groups) {
    int[] xs = x.shape();
    int[] ws = w.shape();
    int oh = (xs[2] + 2 * padding[0] - dilation * (ws[2] - 1) - 1) / stride[0] + 1;
    int ow = (xs[3] + 2 * padding[1] - dilation * (ws[3] - 1) - 1) / stride[1] + 1;
    double[] in = x.toDoubles();
    double[] filter = w.toDoubles();
    double[] y = new double[xs[0] * ws[0] * oh * ow];
    for (int i = 0; i < y.length; i++) {
      int n = i / (ws[0] * oh * ow);
      int k = i / (oh * ow) % ws[0];
      int group = k / (ws[0] / groups);
      double sum = bias.length == 0 ? 0 : bias[k];
      for (int j = 0; j < ws[1] * ws[2] * ws[3]; j++) {
        int c = j / (ws[2] * ws[3]);
        int h = i / ow % oh * stride[0] - padding[0] + j / ws[3] % ws[2] * dilation;
        int v = i % ow * stride[1] - padding[1] + j % ws[3] * dilation;
        if (h >= 0 && h < xs[2] && v >= 0 && v < xs[3]) {
          int at = ((n * xs[1] + group * ws[1] + c) * xs[2] + h) * xs[3] + v;
          sum += in[at] * filter[k * ws[1] * ws[2] * ws[3] + j];
        }
      }
      y[i] = sum;
    }
    return y;
  }

  @Test
  void conv2d() {
    Conv2d conv = new Conv2d(4, 6, 3, 2).stride(2, 1).padding(1, 2).dilation(2).groups(2);
    assertArrayEquals(new int[] {6, 2, 3, 2}, conv.weight().shape());
    Tensor x = Tensor.randn(2, 4, 9, 7);
    Tensor y = conv.forward(x);
    assertArrayEquals(new int[] {2, 6, 4, 9}, y.shape());
    double[] bias = conv.bias().orElseThrow().toDoubles();
    close(convolve(x, conv.weight(), bias, new int[] {2, 1}, new int[] {1, 2}, 2, 2), y, 1e-5);
    conv.bias(false);
    assertFalse(conv.stateDict().containsKey("bias"));
    close(convolve(x, conv.weight(), new double[0], new int[] {2, 1}, new int[] {1, 2}, 2, 2), conv.forward(x), 1e-5);
    conv.bias(true);
    assertTrue(conv.stateDict().containsKey("bias"));
    assertThrows(IllegalArgumentException.class, () -> new Conv2d(1, 1, 5).forward(Tensor.ones(1, 1, 3, 3)));
  }

  /** Images of other sizes and counts in turn: each shape gets its own packing. */
  @Test
  void conv2dOfManyShapes() {
    Conv2d conv = new Conv2d(3, 5, 3).padding(1);
    for (int round = 0; round < 2; round++) {
      for (int side : new int[] {4, 7, 16}) {
        Tensor x = Tensor.randn(side % 3 + 1, 3, side, side + 1);
        double[] bias = conv.bias().orElseThrow().toDoubles();
        close(convolve(x, conv.weight(), bias, new int[] {1, 1}, new int[] {1, 1}, 1, 1), conv.forward(x), 1e-5);
      }
    }
  }

  @Test
  void pools() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3);
    close(new double[] {5, 6, 8, 9}, new MaxPool2d(2, 1).forward(x), 0);
    close(new double[] {5}, new MaxPool2d(2).forward(x), 0);
    close(new double[] {5, 6, 8, 9}, new MaxPool2d(2).ceilMode(true).forward(x), 0);
    close(new double[] {1, 3, 7, 9}, new MaxPool2d(2).padding(1).forward(x), 0);
    close(new double[] {0.25, 1.25, 2.75, 7}, new AvgPool2d(2).padding(1).forward(x), 1e-6);
    close(new double[] {1, 2.5, 5.5, 7}, new AvgPool2d(2).padding(1).countIncludePad(false).forward(x), 1e-6);
    close(new double[] {2, 5, 8}, new AvgPool2d(new Size(1, 3), Size.of(1)).forward(x), 1e-6);
    close(new double[] {3, 4, 6, 7}, new AdaptiveAvgPool2d(2).forward(x), 1e-6);
    close(new double[] {4, 5, 6}, new AdaptiveAvgPool2d(1, 3).forward(x), 1e-6);
    close(new double[] {-1}, new MaxPool2d(3).padding(1).forward(Tensor.full(-1, 1, 1, 1, 1)), 0);
    assertTrue(Double.isNaN(new MaxPool2d(3).forward(x.mul(Float.NaN)).item()));
  }

  /** Positions of maxima are kept in a byte: larger windows pool, but cannot be gone back through, and say so. */
  @Test
  void poolsOfLargeWindows() {
    Tensor x = Tensor.arange(20 * 20).to(DType.F32).reshape(1, 1, 20, 20);
    assertEquals(399, new MaxPool2d(20).forward(x).item());
    Tensor recorded = x.copy().requiresGrad(true);
    String message =
        assertThrows(IllegalArgumentException.class, () -> new MaxPool2d(20).forward(recorded)).getMessage();
    assertTrue(message.contains("a window of 400 cells is too large"), message);
    new MaxPool2d(15).forward(recorded).sum().backward();
    assertEquals(14 * 20 + 14, recorded.grad().argmax().item());
  }

  @Test
  void batchNormStatistics() {
    BatchNorm1d bn = new BatchNorm1d(2).momentum(0.5);
    Tensor x = Tensor.of(new float[] {1, 10, 3, 30}, 2, 2);
    Tensor y = bn.forward(x);
    close(new double[] {-1, -1, 1, 1}, y, 1e-4);
    close(new double[] {1, 10}, bn.runningMean(), 1e-6); // half of the means 2 and 20
    close(new double[] {1.5, 100.5}, bn.runningVar(), 1e-4); // half of 1, half of the unbiased 2 and 200
    assertEquals(1, bn.stateDict().get("num_batches_tracked").item());
    bn.eval();
    close(new double[] {0, 0}, bn.forward(Tensor.of(new float[] {1, 10}, 1, 2)), 1e-6);
    BatchNorm1d average = new BatchNorm1d(1).cumulativeAverage();
    for (float v : new float[] {1, 3, 8}) {
      average.forward(Tensor.of(new float[] {v - 1, v + 1}, 2, 1));
    }
    close(new double[] {4}, average.runningMean(), 1e-5);
  }

  @Test
  void batchNormOptions() {
    Tensor x = Tensor.randn(3, 2, 4);
    BatchNorm1d plain = new BatchNorm1d(2).affine(false).trackRunningStats(false);
    assertEquals(Map.of(), plain.stateDict());
    Tensor evaluated = plain.eval().forward(x);
    assertEquals(0, evaluated.mean(false, 0, 2).abs().max().item(), 1e-6, "the batch's, in evaluation too");
    BatchNorm1d again = plain.affine(true).trackRunningStats(true);
    assertEquals(5, again.stateDict().size());
    again.train();
    again.forward(x);
    assertEquals(1, again.stateDict().get("num_batches_tracked").item());
    again.weight().orElseThrow().detach().fill(3);
    again.bias().orElseThrow().detach().fill(-1);
    assertEquals(-1, again.forward(x).mean().item(), 1e-5);
    assertArrayEquals(new int[] {4, 2}, new BatchNorm1d(2).forward(Tensor.randn(4, 2)).shape());
    assertThrows(IllegalArgumentException.class, () -> new BatchNorm1d(2).forward(Tensor.randn(4, 2, 1, 1)));
  }

  @Test
  void layerNorm() {
    LayerNorm ln = new LayerNorm(2, 2);
    Tensor y = ln.forward(Tensor.of(new float[] {1, 2, 3, 4, 5, 5, 5, 5}, 2, 2, 2));
    double s = Math.sqrt(1.25 + 1e-5);
    close(new double[] {-1.5 / s, -0.5 / s, 0.5 / s, 1.5 / s, 0, 0, 0, 0}, y, 1e-5);
    assertEquals(2, ln.parameters().size());
    assertEquals(0, ln.elementwiseAffine(false).parameters().size());
    assertEquals(2, ln.elementwiseAffine(true).parameters().size());
    String message = assertThrows(IllegalArgumentException.class, () -> ln.forward(Tensor.ones(2, 3))).getMessage();
    assertEquals("LayerNorm: expected the last dimensions to be [2, 2], got [2, 3]", message);
  }

  @Test
  void dropout() {
    Tensor x = Tensor.ones(100, 100).requiresGrad(true);
    Tensor y = new Dropout(0.25).forward(x);
    assertEquals(1, y.mean().item(), 0.05);
    y.sum().backward();
    assertArrayEquals(y.toFloats(), x.grad().toFloats(), "the same elements are dropped in backward");
    Dropout none = new Dropout(0);
    assertArrayEquals(x.toFloats(), none.forward(x).toFloats());
    assertEquals(0, new Dropout(1).forward(x).abs().sum().item());
    Dropout off = new Dropout(0.9);
    off.eval();
    assertSame(x, off.forward(x));
    Generator.manualSeed(5);
    float[] first = new Dropout().forward(x).toFloats();
    Generator.manualSeed(5);
    assertArrayEquals(first, new Dropout().forward(x).toFloats());
  }

  @Test
  void embedding() {
    Embedding e = new Embedding(4, 3);
    Tensor y = e.forward(Tensor.of(new long[] {3, 0, 3, 1}, 2, 2));
    assertArrayEquals(new int[] {2, 2, 3}, y.shape());
    assertArrayEquals(e.weight().get(3).toFloats(), y.get(1).get(0).toFloats());
    y.sum().backward();
    assertArrayEquals(new float[] {1, 1, 0, 2}, e.weight().grad().select(1, 0).toFloats());
    assertTrue(assertThrows(IndexOutOfBoundsException.class, () -> e.forward(Tensor.of(new long[] {1, 4})))
        .getMessage().contains("index 4 at position 1"));
  }

  @Test
  void activationsAndShapes() {
    Tensor x = Tensor.of(new float[] {-1, 0, 2});
    close(new double[] {-1 / (1 + Math.E), 0, 2 / (1 + Math.exp(-2))}, new SiLU().forward(x), 1e-6);
    close(new double[] {-0.15880801, 0, 1.95459769}, Functions.geluTanh(x), 1e-6);
    double total = Math.exp(-1) + 1 + Math.exp(2);
    close(new double[] {Math.exp(-1) / total, 1 / total, Math.exp(2) / total}, new Softmax(0).forward(x), 1e-6);
    close(new double[] {-1 - Math.log(total), -Math.log(total), 2 - Math.log(total)}, new LogSoftmax(-1).forward(x),
        1e-6);
    assertSame(x, new Identity().forward(x));
    assertArrayEquals(new int[] {2, 12}, new Flatten().forward(Tensor.ones(2, 3, 2, 2)).shape());
    assertArrayEquals(new int[] {2, 6, 2}, new Flatten(1, 2).forward(Tensor.ones(2, 3, 2, 2)).shape());
  }

  private static final class Functions {
    static Tensor geluTanh(Tensor x) {
      return org.chagres.nn.functional.Activation.gelu(x, true);
    }
  }

  @Test
  void linear() {
    Linear layer = new Linear(3, 2);
    try (Grad off = Grad.disabled()) {
      layer.weight().copyFrom(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
      layer.bias().orElseThrow().copyFrom(Tensor.of(new float[] {10, 20}));
    }
    close(new double[] {16, 35}, layer.forward(Tensor.ones(3)), 1e-6);
    assertArrayEquals(new int[] {2, 5, 2}, layer.forward(Tensor.ones(2, 5, 3)).shape());
    assertArrayEquals(new int[] {0, 2}, layer.forward(Tensor.ones(0, 3)).shape());
    assertEquals(1, new Linear(3, 2, false).parameters().size());
    close(new double[] {16, 35, 16, 35}, layer.forward(Tensor.ones(3, 2).t()), 1e-6);
  }

  /** A model may be used by several threads at once, also with images of different sizes. */
  @Test
  void inferenceFromSeveralThreads() throws InterruptedException {
    Sequential net = new Sequential(
        new Conv2d(3, 8, 3).padding(1), new BatchNorm2d(8), new ReLU(), new Conv2d(8, 4, 3));
    net.eval();
    Tensor small = Tensor.randn(1, 3, 9, 9);
    Tensor large = Tensor.randn(2, 3, 14, 17);
    float[] expectedSmall = net.forward(small).toFloats();
    float[] expectedLarge = net.forward(large).toFloats();
    Throwable[] failure = new Throwable[1];
    Thread[] threads = new Thread[3];
    for (int i = 0; i < threads.length; i++) {
      Tensor x = i % 2 == 0 ? small : large;
      float[] expected = i % 2 == 0 ? expectedSmall : expectedLarge;
      threads[i] = new Thread(() -> {
        try (Grad off = Grad.disabled()) {
          for (int r = 0; r < 50; r++) {
            assertArrayEquals(expected, net.forward(x).toFloats(), 1e-6f); // folded by whoever comes first
          }
        } catch (Throwable e) {
          failure[0] = e;
        }
      });
      threads[i].start();
    }
    for (Thread t : threads) {
      t.join();
    }
    if (failure[0] != null) {
      throw new AssertionError(failure[0]);
    }
  }
}

package org.chagres.nn.samples;

import static org.chagres.nn.samples.OpSample.any;
import static org.chagres.nn.samples.OpSample.distinct;
import static org.chagres.nn.samples.OpSample.on;
import static org.chagres.nn.samples.OpSample.positive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chagres.nn.functional.BatchNormChain;
import org.chagres.nn.functional.BatchNormChain.Dropping;
import org.chagres.nn.functional.BatchNormChain.Tail;
import org.chagres.nn.functional.Convolution;
import org.chagres.nn.functional.Convolution.Options;
import org.chagres.nn.functional.Dropout;
import org.chagres.nn.functional.Normalization;
import org.chagres.nn.functional.Normalization.Scale;
import org.chagres.nn.functional.Normalization.Statistics;
import org.chagres.nn.functional.Pooling;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PoolShape.Window;
import org.chagres.simd.shape.Size;

/** Convolution, pooling, norms, dropout. */
final class ImageSamples {

  private static final Tensor MEAN = Tensor.of(new float[] {0.1f, -0.2f, 0.3f});
  private static final Tensor VARIANCE = Tensor.of(new float[] {0.5f, 1, 2});

  private ImageSamples() {}

  static List<OpSample> all() {
    List<OpSample> all = new ArrayList<>();
    convolutions(all);
    pools(all);
    norms(all);
    chains(all);
    // One dimension: which elements are dropped goes by their place in memory.
    all.add(new OpSample("dropout", x -> Dropout.dropout(x[0], 0.4, new Generator(3)), any(21)));
    return all;
  }

  private static Options options(int stride, int padding, int dilation, int groups) {
    return new Options(Size.of(stride), Size.of(padding), Size.of(dilation), groups);
  }

  private static void convolutions(List<OpSample> all) {
    conv(all, "3x3", options(1, 1, 1, 1), new int[] {2, 3, 5, 6}, 4, 3, 3, 3);
    conv(all, "1x1", Options.DEFAULT, new int[] {2, 5, 3, 4}, 7, 5, 1, 1);
    conv(all, "stride", options(2, 1, 1, 1), new int[] {1, 3, 7, 6}, 4, 3, 3, 3);
    conv(all, "5x3 with dilation", options(1, 2, 2, 1), new int[] {1, 2, 9, 7}, 3, 2, 5, 3);
    conv(all, "groups", options(1, 1, 1, 2), new int[] {2, 4, 5, 5}, 6, 2, 3, 3);
    conv(all, "depthwise", options(1, 1, 1, 5), new int[] {2, 5, 5, 5}, 5, 1, 3, 3);
    conv(all, "uneven stride and padding", new Options(new Size(2, 1), new Size(0, 2), Size.of(1), 1),
        new int[] {1, 2, 6, 4}, 3, 2, 2, 3);
  }

  private static void conv(List<OpSample> all, String name, Options o, int[] x, int... weight) {
    all.add(new OpSample("conv2d " + name, t -> Convolution.conv2d(t[0], t[1], Optional.of(t[2]), o), any(x),
        any(weight), any(weight[0])));
    all.add(new OpSample("conv2d without bias " + name, t -> Convolution.conv2d(t[0], t[1], Optional.empty(), o),
        any(x), any(weight)));
  }

  private static void pools(List<OpSample> all) {
    int[] shape = {2, 3, 7, 6};
    List<Window> windows = List.of(
        new Window(Size.of(2), Size.of(2), Size.of(0), false, true),
        new Window(Size.of(3), Size.of(2), Size.of(1), true, true),
        new Window(new Size(2, 3), new Size(1, 2), new Size(0, 1), false, false));
    for (Window w : windows) {
      all.add(new OpSample("max pool " + w, x -> Pooling.maxPool2d(x[0], w), distinct(shape)));
      all.add(new OpSample("avg pool " + w, x -> Pooling.avgPool2d(x[0], w), any(shape)));
    }
    for (Size out : List.of(Size.of(1), new Size(3, 4), new Size(7, 2))) {
      all.add(new OpSample("adaptive avg pool " + out, x -> Pooling.adaptiveAvgPool2d(x[0], out), any(shape)));
    }
  }

  /** Batch norm, ReLU and what follows; the values keep away from the ReLU's kink and from ties. */
  private static void chains(List<OpSample> all) {
    int[] shape = {2, 3, 4, 4};
    Window halves = new Window(Size.of(2), Size.of(2), Size.of(0), false, true);
    Window overlapping = new Window(new Size(2, 3), new Size(1, 2), new Size(1, 0), false, true);
    for (Optional<Window> w : List.of(Optional.<Window>empty(), Optional.of(halves), Optional.of(overlapping))) {
      for (boolean drops : new boolean[] {false, true}) {
        String name = "batch norm, relu, max pool " + w.map(Window::toString).orElse("without")
            + (drops ? ", dropout" : "");
        all.add(new OpSample(name, x -> chain(x, true, w, drops), distinct(shape), positive(3), any(3)));
        all.add(new OpSample(name + " without scale", x -> chain(x, true, w, drops), distinct(shape)));
        all.add(new OpSample(name + " in evaluation", x -> chain(x, false, w, drops), distinct(shape), positive(3),
            any(3)));
      }
    }
  }

  private static Tensor chain(Tensor[] x, boolean training, Optional<Window> window, boolean drops) {
    Scale scale = x.length > 1
        ? new Scale(Optional.of(x[1]), Optional.of(x[2].mul(0.002))) // so small that it crosses no kink
        : new Scale(Optional.empty(), Optional.empty());
    Optional<Dropping> drop = drops ? Optional.of(new Dropping(0.3, new Generator(4))) : Optional.empty();
    return BatchNormChain.batchNormRelu(
        x[0], scale, training ? Optional.empty() : Optional.of(running(x[0])), training, 1e-2, new Tail(window, drop));
  }

  private static Statistics running(Tensor input) {
    return new Statistics(on(input, MEAN), on(input, VARIANCE), 0.1);
  }

  private static void norms(List<OpSample> all) {
    for (int[] s : new int[][] {{6, 3}, {2, 3, 4}, {2, 3, 3, 4}}) {
      all.add(new OpSample("batch norm in training", x -> Normalization.batchNorm(
          x[0], new Scale(Optional.of(x[1]), Optional.of(x[2])), Optional.empty(), true, 1e-2), any(s), any(3),
          any(3)));
      all.add(new OpSample("batch norm without scale", x -> Normalization.batchNorm(
          x[0], new Scale(Optional.empty(), Optional.empty()), Optional.empty(), true, 1e-2), any(s)));
      all.add(new OpSample("batch norm in evaluation", x -> Normalization.batchNorm(
          x[0], new Scale(Optional.of(x[1]), Optional.of(x[2])), Optional.of(running(x[0])), false, 1e-2), any(s),
          any(3),
          any(3)));
    }
    for (int[] n : new int[][] {{4}, {3, 4}, {2, 3, 4}, {3, 2, 3, 4}}) {
      int[] x = new int[n.length + 1];
      x[0] = 2;
      System.arraycopy(n, 0, x, 1, n.length);
      all.add(new OpSample("layer norm", t -> Normalization.layerNorm(
          t[0], n, new Scale(Optional.of(t[1]), Optional.of(t[2])), 1e-2), any(x), positive(n), any(n)));
      all.add(new OpSample("layer norm without scale", t -> Normalization.layerNorm(
          t[0], n, new Scale(Optional.empty(), Optional.empty()), 1e-2), any(x)));
    }
  }
}

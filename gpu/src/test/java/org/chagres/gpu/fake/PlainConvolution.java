package org.chagres.gpu.fake;

import static org.chagres.bindings.cudnn.Cudnn.*;

import java.util.Arrays;

/** Convolutions of dense tensors as products of matrices: x is (n, c, h, w), w (k, c / groups, r, s), y (n, k, p, q). */
record PlainConvolution(CudnnTensor x, CudnnTensor w, CudnnTensor y, Windows windows) {

  /** Where the filter goes, rows and columns. */
  record Windows(int[] strides, int[] before, int[] after, int[] dilations) {

    static Windows of(CudnnDescriptor d) {
      if (d.number(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS()) != 2) {
        throw new Refusal(CUDNN_STATUS_NOT_SUPPORTED_SHAPE(), "a convolution of other than two dimensions");
      }
      if (d.choice(CUDNN_ATTR_CONVOLUTION_CONV_MODE()) != CUDNN_CROSS_CORRELATION()
          || d.choice(CUDNN_ATTR_CONVOLUTION_COMP_TYPE()) != CUDNN_DATA_FLOAT()) {
        throw new Refusal(CUDNN_STATUS_NOT_SUPPORTED(), "another convolution than cross-correlation in f32");
      }
      return new Windows(pair(d, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES(), 1),
          pair(d, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS(), 0), pair(d, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS(), 0),
          pair(d, CUDNN_ATTR_CONVOLUTION_DILATIONS(), 1));
    }

    private static int[] pair(CudnnDescriptor d, int attribute, int least) {
      int[] pair = Arrays.stream(d.longs(attribute)).mapToInt(Math::toIntExact).toArray();
      if (pair.length != 2 || pair[0] < least || pair[1] < least) {
        throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "attribute " + attribute + " of a convolution: expected two sizes");
      }
      return pair;
    }

    /** Whether the filter fits as often as the output says, in rows (0) or columns (1). */
    private boolean fits(int axis, int in, int kernel, int out) {
      int rest = in + before[axis] + after[axis] - dilations[axis] * (kernel - 1) - 1;
      return rest >= 0 && rest / strides[axis] + 1 == out;
    }
  }

  /** Checks that the shapes fit. */
  PlainConvolution {
    boolean channels = x.dim(1) % w.dim(1) == 0 && w.dim(0) % (x.dim(1) / w.dim(1)) == 0 && w.dim(0) == y.dim(1);
    boolean places = windows.fits(0, x.dim(2), w.dim(2), y.dim(2)) && windows.fits(1, x.dim(3), w.dim(3), y.dim(3));
    if (x.dim(0) != y.dim(0) || !channels || !places) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH(), "shapes of a convolution do not fit");
    }
  }

  private int groups() {
    return x.dim(1) / w.dim(1);
  }

  private int places() {
    return y.dim(2) * y.dim(3);
  }

  /** Elements of the filter for an output channel, and of a window. */
  private int window() {
    return w.dim(1) * w.dim(2) * w.dim(3);
  }

  /** Output channels of a group. */
  private int outputs() {
    return w.dim(0) / groups();
  }

  float[] forward(float[] input, float[] filter) {
    float[] output = new float[y.count()];
    int size = outputs() * places();
    for (int n = 0; n < x.dim(0); n++) {
      for (int g = 0; g < groups(); g++) {
        float[] columns = columns(input, n, g);
        double[] product = Product.of(part(filter, g, outputs() * window()), columns, outputs(), places(), window());
        int to = (n * groups() + g) * size;
        for (int i = 0; i < size; i++) {
          output[to + i] = (float) product[i];
        }
      }
    }
    return output;
  }

  float[] backwardData(float[] gradient, float[] filter) {
    double[] sums = new double[x.count()];
    for (int n = 0; n < x.dim(0); n++) {
      for (int g = 0; g < groups(); g++) {
        float[] turned = transposed(part(filter, g, outputs() * window()), outputs(), window());
        double[] product = Product.of(turned, part(gradient, n * groups() + g, outputs() * places()), window(),
            places(), outputs());
        int image = n;
        int group = g;
        visit((column, pixel) -> {
          if (pixel >= 0) {
            sums[base(image, group) + pixel] += product[column];
          }
        });
      }
    }
    return narrow(sums);
  }

  float[] backwardFilter(float[] input, float[] gradient) {
    double[] sums = new double[w.count()];
    int size = outputs() * window();
    for (int n = 0; n < x.dim(0); n++) {
      for (int g = 0; g < groups(); g++) {
        float[] turned = transposed(columns(input, n, g), window(), places());
        double[] product = Product.of(part(gradient, n * groups() + g, outputs() * places()), turned, outputs(),
            window(), places());
        for (int i = 0; i < size; i++) {
          sums[g * size + i] += product[i];
        }
      }
    }
    return narrow(sums);
  }

  private static float[] part(float[] of, int index, int size) {
    return Arrays.copyOfRange(of, index * size, (index + 1) * size);
  }

  private static float[] transposed(float[] of, int rows, int columns) {
    float[] turned = new float[of.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        turned[j * rows + i] = of[i * columns + j];
      }
    }
    return turned;
  }

  private static float[] narrow(double[] of) {
    float[] narrow = new float[of.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) of[i];
    }
    return narrow;
  }

  /** Where the channels of a group begin in an image. */
  private int base(int image, int group) {
    return (image * groups() + group) * w.dim(1) * x.dim(2) * x.dim(3);
  }

  /** The windows of an image and a group, a column for each place. */
  private float[] columns(float[] input, int image, int group) {
    float[] columns = new float[window() * places()];
    int base = base(image, group);
    visit((column, pixel) -> columns[column] = pixel < 0 ? 0 : input[base + pixel]);
    return columns;
  }

  private interface Visitor {
    /** An element of the windows' matrix and where it comes from in the group's channels; -1 in the padding. */
    void visit(int column, int pixel);
  }

  private void visit(Visitor visitor) {
    int column = 0;
    for (int c = 0; c < w.dim(1); c++) {
      for (int r = 0; r < w.dim(2); r++) {
        for (int s = 0; s < w.dim(3); s++) {
          for (int p = 0; p < y.dim(2); p++) {
            int row = p * windows.strides[0] - windows.before[0] + r * windows.dilations[0];
            for (int q = 0; q < y.dim(3); q++) {
              int at = q * windows.strides[1] - windows.before[1] + s * windows.dilations[1];
              boolean inside = row >= 0 && row < x.dim(2) && at >= 0 && at < x.dim(3);
              visitor.visit(column++, inside ? (c * x.dim(2) + row) * x.dim(3) + at : -1);
            }
          }
        }
      }
    }
  }
}

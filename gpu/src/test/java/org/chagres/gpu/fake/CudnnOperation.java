package org.chagres.gpu.fake;

import static org.chagres.bindings.cudnn.Cudnn.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An operation of a graph.
 *
 * @param inputs what it reads
 * @param output what it writes
 * @param beta factor of what was there before, 0 for none
 * @param code works out the output's elements of the inputs'
 */
record CudnnOperation(List<CudnnTensor> inputs, CudnnTensor output, double beta, Code code) {

  /** From the inputs' elements to the output's. */
  interface Code {
    float[] run(List<float[]> inputs);
  }

  static CudnnOperation forward(CudnnDescriptor d) {
    CudnnTensor x = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X(), CudnnTensor.class);
    CudnnTensor w = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W(), CudnnTensor.class);
    CudnnTensor y = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y(), CudnnTensor.class);
    PlainConvolution convolution = new PlainConvolution(x, w, y,
        d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC(), PlainConvolution.Windows.class));
    double alpha = d.factor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA(), 1);
    return new CudnnOperation(List.of(x, w), y, d.factor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA(), 0),
        in -> scaled(alpha, convolution.forward(in.get(0), in.get(1))));
  }

  static CudnnOperation backwardData(CudnnDescriptor d) {
    CudnnTensor dy = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY(), CudnnTensor.class);
    CudnnTensor w = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W(), CudnnTensor.class);
    CudnnTensor dx = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX(), CudnnTensor.class);
    PlainConvolution convolution = new PlainConvolution(dx, w, dy,
        d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC(), PlainConvolution.Windows.class));
    double alpha = d.factor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA(), 1);
    return new CudnnOperation(List.of(dy, w), dx, d.factor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA(), 0),
        in -> scaled(alpha, convolution.backwardData(in.get(0), in.get(1))));
  }

  static CudnnOperation backwardFilter(CudnnDescriptor d) {
    CudnnTensor x = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X(), CudnnTensor.class);
    CudnnTensor dy = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY(), CudnnTensor.class);
    CudnnTensor dw = d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW(), CudnnTensor.class);
    PlainConvolution convolution = new PlainConvolution(x, dw, dy,
        d.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC(), PlainConvolution.Windows.class));
    double alpha = d.factor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA(), 1);
    return new CudnnOperation(List.of(x, dy), dw, d.factor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA(), 0),
        in -> scaled(alpha, convolution.backwardFilter(in.get(0), in.get(1))));
  }

  private static float[] scaled(double alpha, float[] elements) {
    if (alpha != 1) {
      for (int i = 0; i < elements.length; i++) {
        elements[i] = (float) (alpha * elements[i]);
      }
    }
    return elements;
  }

  /** What a pointwise descriptor stands for. */
  record Pointwise(int mode) {

    private static final List<Integer> BINARY = List.of(CUDNN_POINTWISE_ADD(), CUDNN_POINTWISE_MUL());
    private static final List<Integer> UNARY = List.of(CUDNN_POINTWISE_RELU_FWD(), CUDNN_POINTWISE_IDENTITY());

    static Pointwise of(CudnnDescriptor d) {
      int mode = d.choice(CUDNN_ATTR_POINTWISE_MODE());
      if (!BINARY.contains(mode) && !UNARY.contains(mode)) {
        throw new Refusal(CUDNN_STATUS_NOT_SUPPORTED(), "the fake has no pointwise mode " + mode);
      }
      return new Pointwise(mode);
    }

    boolean isBinary() {
      return BINARY.contains(mode);
    }

    double apply(double x, double b) {
      if (mode == CUDNN_POINTWISE_ADD()) {
        return x + b;
      } else if (mode == CUDNN_POINTWISE_MUL()) {
        return x * b;
      }
      return mode == CUDNN_POINTWISE_RELU_FWD() ? Math.max(x, 0) : x;
    }
  }

  static CudnnOperation pointwise(CudnnDescriptor d) {
    Pointwise mode = d.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR(), Pointwise.class);
    CudnnTensor x = d.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_XDESC(), CudnnTensor.class);
    CudnnTensor y = d.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_YDESC(), CudnnTensor.class);
    Optional<CudnnTensor> b = mode.isBinary()
        ? Optional.of(d.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_BDESC(), CudnnTensor.class))
        : Optional.empty();
    List<CudnnTensor> inputs = new ArrayList<>(List.of(x));
    b.ifPresent(inputs::add);
    for (CudnnTensor input : inputs) {
      for (int i = 0; i < 4; i++) {
        if (input.dim(i) != 1 && input.dim(i) != y.dim(i)) {
          throw new Refusal(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH(), "shapes of a pointwise operation do not fit");
        }
      }
    }
    double alpha1 = d.factor(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1(), 1);
    double alpha2 = d.factor(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2(), 1);
    return new CudnnOperation(inputs, y, 0, in -> {
      float[] output = new float[y.count()];
      for (int n = 0; n < y.dim(0); n++) {
        for (int c = 0; c < y.dim(1); c++) {
          for (int i = 0; i < y.dim(2); i++) {
            for (int j = 0; j < y.dim(3); j++) {
              double left = alpha1 * in.get(0)[x.at(n, c, i, j)];
              double right = b.isPresent() ? alpha2 * in.get(1)[b.get().at(n, c, i, j)] : 0;
              output[y.at(n, c, i, j)] = (float) mode.apply(left, right);
            }
          }
        }
      }
      return output;
    });
  }

  /** Does it: virtual tensors are kept, others are read from and written to memory. */
  void run(CudnnGraph.Memory memory, Map<Long, float[]> kept) {
    List<float[]> in = inputs.stream()
        .map(tensor -> tensor.virtual() ? kept.get(tensor.id()) : tensor.load(memory.of(tensor))).toList();
    float[] out = code.run(in);
    if (beta != 0) {
      float[] old = output.load(memory.of(output));
      for (int i = 0; i < out.length; i++) {
        out[i] = (float) (out[i] + beta * old[i]);
      }
    }
    if (output.virtual()) {
      kept.put(output.id(), out);
    } else {
      output.store(memory.of(output), out);
    }
  }
}

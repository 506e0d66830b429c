package org.chagres.gpu.dnn;

import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.gpu.kernel.ElementType;

/** A convolution as a graph of cuDNN's operations. */
final class ConvGraph {

  /** Names of the tensors that memory is bound to; those between operations follow. */
  static final long X = 1;
  static final long W = 2;
  static final long Y = 3;
  static final long BIAS = 4;
  private static final long BETWEEN = 5;

  private final Bag bag;
  private final ConvKey key;
  private final ConvGeometry g;
  private long between = BETWEEN;

  private ConvGraph(Bag bag, ConvKey key) {
    this.bag = bag;
    this.key = key;
    this.g = key.geometry();
  }

  /** The finalized graph; it and all it refers to lie in the bag. */
  static Descriptor make(Bag bag, ConvKey key, Target target) {
    Descriptor[] operations = new ConvGraph(bag, key).operations();
    Descriptor graph = bag.make(Cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR(), "graph of operations");
    graph.set(Cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS(), operations);
    if (target instanceof Target.Handle h) {
      graph.setHandle(Cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE(), h.handle());
    }
    return graph.finish();
  }

  private Descriptor[] operations() {
    Descriptor x = tensor(X, g.n(), g.c(), g.h(), g.w());
    Descriptor w = tensor(W, g.k(), g.c() / g.groups(), g.kernel().h(), g.kernel().w());
    Descriptor convolution = convolution();
    return switch (key.op()) {
      case FORWARD -> new Descriptor[] {forward(convolution, x, w, output(Y))};
      case FORWARD_BIAS -> {
        Descriptor raw = between();
        yield new Descriptor[] {forward(convolution, x, w, raw), bias(raw, output(Y))};
      }
      case FORWARD_BIAS_RELU -> {
        Descriptor raw = between();
        Descriptor sum = between();
        yield new Descriptor[] {forward(convolution, x, w, raw), bias(raw, sum), relu(sum, output(Y))};
      }
      case BACKWARD_DATA -> new Descriptor[] {backwardData(convolution, w, output(Y), x)};
      case BACKWARD_FILTER -> new Descriptor[] {backwardFilter(convolution, x, output(Y), w)};
    };
  }

  private Descriptor output(long id) {
    return tensor(id, g.n(), g.k(), g.outH(), g.outW());
  }

  /** A result that only the next operation sees: f32, as it is summed. */
  private Descriptor between() {
    Descriptor tensor = strided(between++, Cudnn.CUDNN_DATA_FLOAT(), g.n(), g.k(), g.outH(), g.outW());
    return tensor.setBoolean(Cudnn.CUDNN_ATTR_TENSOR_IS_VIRTUAL(), true).finish();
  }

  private Descriptor tensor(long id, long n, long c, long h, long w) {
    return strided(id, type(key.type()), n, c, h, w).finish();
  }

  private Descriptor strided(long id, int type, long n, long c, long h, long w) {
    return bag.make(Cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR(), "tensor")
        .setEnum(Cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE(), Cudnn.CUDNN_TYPE_DATA_TYPE(), type)
        .setLongs(Cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS(), n, c, h, w)
        .setLongs(Cudnn.CUDNN_ATTR_TENSOR_STRIDES(), c * h * w, 1, c * w, c)
        .setLongs(Cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID(), id)
        .setLongs(Cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT(), key.alignment());
  }

  static int type(ElementType type) {
    return type == ElementType.F32 ? Cudnn.CUDNN_DATA_FLOAT() : Cudnn.CUDNN_DATA_BFLOAT16();
  }

  private Descriptor convolution() {
    return bag.make(Cudnn.CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR(), "convolution")
        .setEnum(Cudnn.CUDNN_ATTR_CONVOLUTION_COMP_TYPE(), Cudnn.CUDNN_TYPE_DATA_TYPE(), Cudnn.CUDNN_DATA_FLOAT())
        .setEnum(Cudnn.CUDNN_ATTR_CONVOLUTION_CONV_MODE(), Cudnn.CUDNN_TYPE_CONVOLUTION_MODE(),
            Cudnn.CUDNN_CROSS_CORRELATION())
        .setLongs(Cudnn.CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS(), 2)
        .setLongs(Cudnn.CUDNN_ATTR_CONVOLUTION_DILATIONS(), g.dilation().h(), g.dilation().w())
        .setLongs(Cudnn.CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES(), g.stride().h(), g.stride().w())
        .setLongs(Cudnn.CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS(), g.padding().h(), g.padding().w())
        .setLongs(Cudnn.CUDNN_ATTR_CONVOLUTION_POST_PADDINGS(), g.padding().h(), g.padding().w())
        .finish();
  }

  private Descriptor forward(Descriptor convolution, Descriptor x, Descriptor w, Descriptor y) {
    return bag.make(Cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR(), "forward convolution")
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC(), convolution)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X(), x)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W(), w)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y(), y)
        .setFloat(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA(), 1)
        .setFloat(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA(), 0).finish();
  }

  private Descriptor backwardData(Descriptor convolution, Descriptor w, Descriptor dy, Descriptor dx) {
    return bag.make(Cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR(), "convolution for dx")
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC(), convolution)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W(), w)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY(), dy)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX(), dx)
        .setFloat(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA(), 1)
        .setFloat(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA(), 0).finish();
  }

  private Descriptor backwardFilter(Descriptor convolution, Descriptor x, Descriptor dy, Descriptor dw) {
    return bag.make(Cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR(), "convolution for dw")
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC(), convolution)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X(), x)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY(), dy)
        .set(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW(), dw)
        .setFloat(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA(), 1)
        .setFloat(Cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA(), 0).finish();
  }

  private Descriptor bias(Descriptor raw, Descriptor sum) {
    Descriptor add = pointwise(Cudnn.CUDNN_POINTWISE_ADD());
    return operation(add, raw, sum).set(Cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC(), tensor(BIAS, 1, g.k(), 1, 1))
        .finish();
  }

  private Descriptor relu(Descriptor sum, Descriptor y) {
    return operation(pointwise(Cudnn.CUDNN_POINTWISE_RELU_FWD()), sum, y).finish();
  }

  private Descriptor operation(Descriptor pointwise, Descriptor in, Descriptor result) {
    return bag.make(Cudnn.CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR(), "pointwise operation")
        .set(Cudnn.CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR(), pointwise)
        .set(Cudnn.CUDNN_ATTR_OPERATION_POINTWISE_XDESC(), in)
        .set(Cudnn.CUDNN_ATTR_OPERATION_POINTWISE_YDESC(), result);
  }

  private Descriptor pointwise(int mode) {
    return bag.make(Cudnn.CUDNN_BACKEND_POINTWISE_DESCRIPTOR(), "pointwise mode")
        .setEnum(Cudnn.CUDNN_ATTR_POINTWISE_MODE(), Cudnn.CUDNN_TYPE_POINTWISE_MODE(), mode)
        .setEnum(Cudnn.CUDNN_ATTR_POINTWISE_MATH_PREC(), Cudnn.CUDNN_TYPE_DATA_TYPE(), Cudnn.CUDNN_DATA_FLOAT())
        .finish();
  }
}

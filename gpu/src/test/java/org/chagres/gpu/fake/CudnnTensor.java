package org.chagres.gpu.fake;

import static org.chagres.bindings.cudnn.Cudnn.*;

import java.lang.foreign.MemorySegment;

/** A tensor as the backend API describes it. In between, its elements lie row-major in its dimensions' order. */
record CudnnTensor(long id, ElementKind kind, long[] dims, long[] strides, long alignment, boolean virtual) {

  static CudnnTensor of(CudnnDescriptor d) {
    CudnnTensor tensor = new CudnnTensor(d.number(CUDNN_ATTR_TENSOR_UNIQUE_ID()),
        ElementKind.ofCudnn(d.choice(CUDNN_ATTR_TENSOR_DATA_TYPE())), d.longs(CUDNN_ATTR_TENSOR_DIMENSIONS()),
        d.longs(CUDNN_ATTR_TENSOR_STRIDES()), d.number(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT()),
        d.flag(CUDNN_ATTR_TENSOR_IS_VIRTUAL()));
    if (tensor.dims.length != 4 || tensor.strides.length != 4) {
      throw new Refusal(CUDNN_STATUS_NOT_SUPPORTED_SHAPE(), "a tensor of other than four dimensions");
    }
    for (int i = 0; i < 4; i++) {
      if (tensor.dims[i] < 1 || tensor.strides[i] < 1) {
        throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "a tensor with dimension " + tensor.dims[i] + " and stride "
            + tensor.strides[i]);
      }
    }
    if (Long.bitCount(tensor.alignment) != 1 || tensor.alignment % tensor.kind.bytes() != 0) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "a tensor aligned to " + tensor.alignment + " bytes");
    }
    return tensor;
  }

  int dim(int index) {
    return Math.toIntExact(dims[index]);
  }

  int count() {
    return Math.toIntExact(dims[0] * dims[1] * dims[2] * dims[3]);
  }

  long spanBytes() {
    long last = 0;
    for (int i = 0; i < 4; i++) {
      last += (dims[i] - 1) * strides[i];
    }
    return (last + 1) * kind.bytes();
  }

  /** Elements from each to the next of a tensor that is repeated where it has one and a larger one has more. */
  int at(int a, int b, int c, int d) {
    return Math.toIntExact(
        ((Math.min(a, dims[0] - 1) * dims[1] + Math.min(b, dims[1] - 1)) * dims[2] + Math.min(c, dims[2] - 1))
            * dims[3] + Math.min(d, dims[3] - 1));
  }

  float[] load(MemorySegment memory) {
    MemorySegment from = memory.reinterpret(spanBytes());
    float[] elements = new float[count()];
    visit((at, offset) -> elements[at] = kind.get(from, offset));
    return elements;
  }

  void store(MemorySegment memory, float[] elements) {
    MemorySegment to = memory.reinterpret(spanBytes());
    visit((at, offset) -> kind.set(to, offset, elements[at]));
  }

  private interface Visitor {
    void visit(int at, long offset);
  }

  private void visit(Visitor visitor) {
    int at = 0;
    for (long a = 0; a < dims[0]; a++) {
      for (long b = 0; b < dims[1]; b++) {
        for (long c = 0; c < dims[2]; c++) {
          long offset = a * strides[0] + b * strides[1] + c * strides[2];
          for (long d = 0; d < dims[3]; d++) {
            visitor.visit(at++, offset + d * strides[3]);
          }
        }
      }
    }
  }
}

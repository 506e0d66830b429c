package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.bindings.cudnn.Cudnn;

/** Types of elements that the products and convolutions take. */
enum ElementKind {
  F32(Float.BYTES), BF16(Short.BYTES), F16(Short.BYTES);

  private final int bytes;

  ElementKind(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /** Of {@code cudaDataType}. */
  static ElementKind ofCuda(int type) {
    if (type == Cublas.CUDA_R_32F()) {
      return F32;
    } else if (type == Cublas.CUDA_R_16BF()) {
      return BF16;
    } else if (type == Cublas.CUDA_R_16F()) {
      return F16;
    }
    throw new Refusal(Cublas.CUBLAS_STATUS_NOT_SUPPORTED(), "elements of type " + type);
  }

  /** Of {@code cudnnDataType_t}. */
  static ElementKind ofCudnn(int type) {
    if (type == Cudnn.CUDNN_DATA_FLOAT()) {
      return F32;
    } else if (type == Cudnn.CUDNN_DATA_BFLOAT16()) {
      return BF16;
    } else if (type == Cudnn.CUDNN_DATA_HALF()) {
      return F16;
    }
    throw new Refusal(Cudnn.CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE(), "elements of type " + type);
  }

  float get(MemorySegment memory, long index) {
    return switch (this) {
      case F32 -> memory.get(JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
      case BF16 -> Float.intBitsToFloat(memory.get(JAVA_SHORT_UNALIGNED, index * Short.BYTES) << 16);
      case F16 -> Float.float16ToFloat(memory.get(JAVA_SHORT_UNALIGNED, index * Short.BYTES));
    };
  }

  void set(MemorySegment memory, long index, float value) {
    switch (this) {
      case F32 -> memory.set(JAVA_FLOAT_UNALIGNED, index * Float.BYTES, value);
      case BF16 -> memory.set(JAVA_SHORT_UNALIGNED, index * Short.BYTES, bf16(value));
      case F16 -> memory.set(JAVA_SHORT_UNALIGNED, index * Short.BYTES, Float.floatToFloat16(value));
    }
  }

  /** To the nearest, ties to even. */
  private static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >> 16 & 1) >> 16);
  }
}

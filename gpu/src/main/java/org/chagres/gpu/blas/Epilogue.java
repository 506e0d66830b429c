package org.chagres.gpu.blas;

import org.chagres.bindings.cublaslt.CublasLt;

/**
 * What is done to the result of a product P = op(A) · op(B), m×n, on its way to C. GELU is the one by the hyperbolic
 * tangent, PyTorch's {@code approximate='tanh'}.
 */
public enum Epilogue {
  /** C = P. */
  NONE(CublasLt.CUBLASLT_EPILOGUE_DEFAULT(), Vector.NONE, Saved.NONE),
  /** C = P + bias, of n elements. */
  BIAS(CublasLt.CUBLASLT_EPILOGUE_BIAS(), Vector.COLUMNS, Saved.NONE),
  /** C = max(P, 0). */
  RELU(CublasLt.CUBLASLT_EPILOGUE_RELU(), Vector.NONE, Saved.NONE),
  /** C = max(P + bias, 0). */
  BIAS_RELU(CublasLt.CUBLASLT_EPILOGUE_RELU_BIAS(), Vector.COLUMNS, Saved.NONE),
  /** C = gelu(P). */
  GELU(CublasLt.CUBLASLT_EPILOGUE_GELU(), Vector.NONE, Saved.NONE),
  /** C = gelu(P + bias). */
  BIAS_GELU(CublasLt.CUBLASLT_EPILOGUE_GELU_BIAS(), Vector.COLUMNS, Saved.NONE),
  /** As {@link #BIAS_RELU}, and saves for backward which elements were positive. */
  BIAS_RELU_SAVING(CublasLt.CUBLASLT_EPILOGUE_RELU_AUX_BIAS(), Vector.COLUMNS, Saved.BITS),
  /** As {@link #BIAS_GELU}, and saves P + bias for backward. */
  BIAS_GELU_SAVING(CublasLt.CUBLASLT_EPILOGUE_GELU_AUX_BIAS(), Vector.COLUMNS, Saved.ELEMENTS),
  /** C = P where the saved bits are set, else 0; and the sums of C's columns, n elements, the bias's gradient. */
  RELU_BACKWARD(CublasLt.CUBLASLT_EPILOGUE_DRELU_BGRAD(), Vector.COLUMNS, Saved.BITS),
  /** C = P · gelu'(saved); and the sums of C's columns, n elements. */
  GELU_BACKWARD(CublasLt.CUBLASLT_EPILOGUE_DGELU_BGRAD(), Vector.COLUMNS, Saved.ELEMENTS),
  /** C = P; and the sums of op(A)'s rows, m elements: with A = dyᵀ and B = x the gradients of weight and bias. */
  ROW_SUMS(CublasLt.CUBLASLT_EPILOGUE_BGRADB(), Vector.ROWS, Saved.NONE);

  /** The vector beside the product. */
  enum Vector {
    NONE, COLUMNS, ROWS
  }

  /** What is kept between forward and backward. */
  enum Saved {
    NONE, BITS, ELEMENTS
  }

  private final int code;
  private final Vector vector;
  private final Saved saved;

  Epilogue(int code, Vector vector, Saved saved) {
    this.code = code;
    this.vector = vector;
    this.saved = saved;
  }

  int code() {
    return code;
  }

  /** Elements of the vector. */
  long vectorCount(Gemm shape) {
    return switch (vector) {
      case NONE -> 0;
      case COLUMNS -> shape.n();
      case ROWS -> shape.m();
    };
  }

  /** Bytes that are saved for a product; 0 for most. Needs columns in multiples of 8 where elements are saved. */
  public long savedBytes(Gemm shape, Types types) {
    return switch (saved) {
      case NONE -> 0;
      case BITS -> savedLd(shape) / 8 * shape.m();
      case ELEMENTS -> savedLd(shape) * shape.m() * types.out().bytes();
    };
  }

  /** Bits or elements from one row of what is saved to the next. */
  long savedLd(Gemm shape) {
    return saved == Saved.BITS ? (shape.n() + 127L) / 128 * 128 : shape.n();
  }
}

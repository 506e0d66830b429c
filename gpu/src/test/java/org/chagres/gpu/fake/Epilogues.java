package org.chagres.gpu.fake;

import static org.chagres.bindings.cublas.Cublas.CUBLAS_STATUS_NOT_SUPPORTED;
import static org.chagres.bindings.cublas.Cublas.CUDA_R_32F;
import static org.chagres.bindings.cublaslt.CublasLt.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What cuBLASLt does to a product on its way to D: bias of D's rows, ReLU, GELU by tanh, their gradients. */
final class Epilogues {

  private static final Set<Integer> ADDS_BIAS = Set.of(CUBLASLT_EPILOGUE_BIAS(), CUBLASLT_EPILOGUE_RELU_BIAS(),
      CUBLASLT_EPILOGUE_RELU_AUX_BIAS(), CUBLASLT_EPILOGUE_GELU_BIAS(), CUBLASLT_EPILOGUE_GELU_AUX_BIAS());
  private static final Set<Integer> RELU = Set.of(CUBLASLT_EPILOGUE_RELU(), CUBLASLT_EPILOGUE_RELU_BIAS(),
      CUBLASLT_EPILOGUE_RELU_AUX(), CUBLASLT_EPILOGUE_RELU_AUX_BIAS());
  private static final Set<Integer> GELU = Set.of(CUBLASLT_EPILOGUE_GELU(), CUBLASLT_EPILOGUE_GELU_BIAS(),
      CUBLASLT_EPILOGUE_GELU_AUX(), CUBLASLT_EPILOGUE_GELU_AUX_BIAS());
  private static final Set<Integer> RELU_BACKWARD =
      Set.of(CUBLASLT_EPILOGUE_DRELU(), CUBLASLT_EPILOGUE_DRELU_BGRAD());
  private static final Set<Integer> GELU_BACKWARD =
      Set.of(CUBLASLT_EPILOGUE_DGELU(), CUBLASLT_EPILOGUE_DGELU_BGRAD());
  private static final Set<Integer> SUMS_RESULT =
      Set.of(CUBLASLT_EPILOGUE_DRELU_BGRAD(), CUBLASLT_EPILOGUE_DGELU_BGRAD());
  private static final Set<Integer> BITS = Set.of(CUBLASLT_EPILOGUE_RELU_AUX(), CUBLASLT_EPILOGUE_RELU_AUX_BIAS(),
      CUBLASLT_EPILOGUE_DRELU(), CUBLASLT_EPILOGUE_DRELU_BGRAD());
  private static final Set<Integer> ELEMENTS = Set.of(CUBLASLT_EPILOGUE_GELU_AUX(),
      CUBLASLT_EPILOGUE_GELU_AUX_BIAS(), CUBLASLT_EPILOGUE_DGELU(), CUBLASLT_EPILOGUE_DGELU_BGRAD());

  /** Bits of a row of ReLU's mask lie in whole words of the device. */
  private static final int MASK_UNIT = 128;
  private static final int ELEMENTS_UNIT = 8;

  private final int code;
  private final List<Matrix> matrices;
  private final Optional<Matrix> vector;
  private final Optional<MemorySegment> bits;
  private final long ld;
  private final Optional<Matrix> saved;

  private Epilogues(Machine machine, Attributes product, List<Matrix> matrices, List<Block> memory) {
    this.code = code(product);
    this.matrices = matrices;
    this.ld = product.get(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD(), 0);
    this.vector = vector(product);
    vector.ifPresent(v -> memory.add(
        machine.operand(Family.CUBLAS, "bias of a product", v.memory(), v.spanBytes())));
    Matrix d = matrices.get(3);
    MemorySegment aux = MemorySegment.ofAddress(product.get(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER(), 0));
    if (BITS.contains(code)) {
      long bytes = ld / Byte.SIZE * d.columns();
      memory.add(machine.operand(Family.CUBLAS, "mask of a product", aux, bytes));
      bits = Optional.of(aux.reinterpret(bytes));
      saved = Optional.empty();
    } else if (ELEMENTS.contains(code)) {
      Matrix elements = Matrix.byColumns(aux, d.kind(), d.rows(), d.columns(), ld);
      memory.add(machine.operand(Family.CUBLAS, "what a product saves", aux, elements.spanBytes()));
      bits = Optional.empty();
      saved = Optional.of(elements);
    } else {
      bits = Optional.empty();
      saved = Optional.empty();
    }
  }

  /** An epilogue with its memory, which is added to the product's. */
  static Epilogues of(Machine machine, Attributes product, List<Matrix> matrices, List<Block> memory) {
    requireKnown(product, matrices.get(3));
    return new Epilogues(machine, product, matrices, memory);
  }

  private static int code(Attributes product) {
    return (int) product.get(CUBLASLT_MATMUL_DESC_EPILOGUE(), CUBLASLT_EPILOGUE_DEFAULT());
  }

  static void requireKnown(Attributes product, Matrix d) {
    int code = code(product);
    boolean known = code == CUBLASLT_EPILOGUE_DEFAULT() || code == CUBLASLT_EPILOGUE_BGRADA()
        || code == CUBLASLT_EPILOGUE_BGRADB() || ADDS_BIAS.contains(code) || RELU.contains(code)
        || GELU.contains(code) || RELU_BACKWARD.contains(code) || GELU_BACKWARD.contains(code);
    if (!known) {
      throw new Refusal(CUBLAS_STATUS_NOT_SUPPORTED(), "epilogue " + code);
    }
    int unit = BITS.contains(code) ? MASK_UNIT : ELEMENTS.contains(code) ? ELEMENTS_UNIT : 0;
    long ld = product.get(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD(), 0);
    if (unit != 0 && (ld % unit != 0 || ld < d.rows())) {
      // No misuse: callers ask whether there is an algorithm.
      throw new Refusal(CUBLAS_STATUS_NOT_SUPPORTED());
    }
  }

  private Optional<Matrix> vector(Attributes product) {
    boolean ofRows =
        ADDS_BIAS.contains(code) || SUMS_RESULT.contains(code) || code == CUBLASLT_EPILOGUE_BGRADA();
    boolean ofColumns = code == CUBLASLT_EPILOGUE_BGRADB();
    if (!ofRows && !ofColumns) {
      return Optional.empty();
    }
    Matrix d = matrices.get(3);
    long type = product.get(CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE(), -1);
    ElementKind kind = type < 0 ? d.kind() : type == CUDA_R_32F() ? ElementKind.F32 : ElementKind.ofCuda((int) type);
    MemorySegment memory = MemorySegment.ofAddress(product.get(CUBLASLT_MATMUL_DESC_BIAS_POINTER(), 0));
    return Optional.of(Matrix.byColumns(memory, kind, ofRows ? d.rows() : d.columns(), 1, d.rows()));
  }

  int code() {
    return code;
  }

  boolean isPlain() {
    return code == CUBLASLT_EPILOGUE_DEFAULT();
  }

  /** Changes a product, row by row, and writes what goes elsewhere. */
  void apply(double[] result) {
    int rows = matrices.get(3).rows();
    int columns = matrices.get(3).columns();
    float[] bias = ADDS_BIAS.contains(code) ? vector.orElseThrow().load() : new float[rows];
    float[] before = GELU_BACKWARD.contains(code) ? saved.orElseThrow().load() : new float[0];
    double[] kept = new double[saved.isPresent() && before.length == 0 ? result.length : 0];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = i * columns + j;
        double x = result[at] + bias[i];
        if (kept.length > 0) {
          kept[at] = x;
        }
        result[at] = element(x, before.length > 0 ? before[at] : 0, j * ld + i);
      }
    }
    if (kept.length > 0) {
      saved.orElseThrow().store(kept);
    }
    if (code == CUBLASLT_EPILOGUE_BGRADA()) {
      vector.orElseThrow().store(sums(matrices.get(0)));
    } else if (code == CUBLASLT_EPILOGUE_BGRADB()) {
      vector.orElseThrow().store(sums(matrices.get(1).transposed()));
    } else if (SUMS_RESULT.contains(code)) {
      vector.orElseThrow().store(sums(result, rows, columns));
    }
  }

  private double element(double x, double before, long bit) {
    if (RELU.contains(code)) {
      bits.ifPresent(b -> set(b, bit, x > 0));
      return Math.max(x, 0);
    } else if (GELU.contains(code)) {
      return x * inner(x);
    } else if (RELU_BACKWARD.contains(code)) {
      return isSet(bits.orElseThrow(), bit) ? x : 0;
    } else if (GELU_BACKWARD.contains(code)) {
      return x * geluSlope(before);
    }
    return x;
  }

  private static void set(MemorySegment bits, long bit, boolean value) {
    int one = 1 << bit % Byte.SIZE;
    int old = bits.get(ValueLayout.JAVA_BYTE, bit / Byte.SIZE);
    bits.set(ValueLayout.JAVA_BYTE, bit / Byte.SIZE, (byte) (value ? old | one : old & ~one));
  }

  private static boolean isSet(MemorySegment bits, long bit) {
    return (bits.get(ValueLayout.JAVA_BYTE, bit / Byte.SIZE) >> bit % Byte.SIZE & 1) != 0;
  }

  /** (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2. */
  private static double inner(double x) {
    return 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private static double geluSlope(double x) {
    double inner = inner(x);
    return inner + x * 2 * inner * (1 - inner) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
  }

  private static double[] sums(Matrix matrix) {
    float[] elements = matrix.load();
    double[] wide = new double[elements.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = elements[i];
    }
    return sums(wide, matrix.rows(), matrix.columns());
  }

  private static double[] sums(double[] elements, int rows, int columns) {
    double[] sums = new double[rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        sums[i] += elements[i * columns + j];
      }
    }
    return sums;
  }
}

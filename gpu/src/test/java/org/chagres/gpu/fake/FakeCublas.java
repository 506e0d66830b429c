package org.chagres.gpu.fake;

import static org.chagres.bindings.cublas.Cublas.*;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.chagres.bindings.Library;
import org.chagres.bindings.Version;

/** cuBLAS: products as plain loops. TF32 computes as f32 does. */
final class FakeCublas {

  private static final class Handle implements Owned {
    private FakeStream stream;

    Handle(FakeStream stream) {
      this.stream = stream;
    }

    @Override
    public String kind() {
      return "handle of cuBLAS";
    }
  }

  /** Matrices of a product, and how far apart those of a batch lie. */
  private record Operands(Matrix a, long strideA, Matrix b, long strideB, Matrix c, long strideC, int batch) {}

  private final Machine machine;

  FakeCublas(Machine machine) {
    this.machine = machine;
  }

  private Handle handle(MemorySegment handle) {
    return machine.handles().get(Handle.class, handle);
  }

  int cublasCreate_v2(MemorySegment handle) {
    FakeDevice device = machine.current();
    machine.requireNoCapture("cublasCreate");
    Pointers.putPointer(handle, machine.handles().give(new Handle(device.nullStream())));
    return 0;
  }

  int cublasDestroy_v2(MemorySegment handle) {
    machine.handles().destroy(Handle.class, handle);
    return 0;
  }

  int cublasGetVersion_v2(MemorySegment handle, MemorySegment version) {
    Pointers.putInt(version, (int) machine.settings().number(Library.CUBLAS));
    return 0;
  }

  int cublasGetProperty(int property, MemorySegment value) {
    Version version = machine.settings().version(Library.CUBLAS);
    Pointers.putInt(value, switch (property) {
      case 0 -> version.major();
      case 1 -> version.minor();
      case 2 -> version.patch();
      default -> throw Refusal.value("cuBLAS has no property " + property);
    });
    return 0;
  }

  MemorySegment cublasGetStatusName(int status) {
    return Pointers.text(Family.CUBLAS.name(status));
  }

  MemorySegment cublasGetStatusString(int status) {
    return Pointers.text("cuBLAS's sentence for " + Family.CUBLAS.name(status));
  }

  int cublasSetStream_v2(MemorySegment handle, MemorySegment stream) {
    handle(handle).stream = machine.stream(stream);
    return 0;
  }

  int cublasSetWorkspace_v2(MemorySegment handle, MemorySegment workspace, long bytes) {
    handle(handle);
    if (bytes > 0) {
      machine.operand(Family.CUBLAS, "cublasSetWorkspace", workspace, bytes);
    }
    return 0;
  }

  int cublasSetMathMode(MemorySegment handle, int mode) {
    handle(handle);
    if ((mode & ~CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION()) > CUBLAS_TF32_TENSOR_OP_MATH()) {
      throw Refusal.value("mode of arithmetic: " + mode);
    }
    return 0;
  }

  int cublasSgemm_v2(MemorySegment handle, int opA, int opB, int m, int n, int k, MemorySegment alpha,
      MemorySegment a, int lda, MemorySegment b, int ldb, MemorySegment beta, MemorySegment c, int ldc) {
    int f32 = CUDA_R_32F();
    return cublasGemmStridedBatchedEx(handle, opA, opB, m, n, k, alpha, a, f32, lda, 0, b, f32, ldb, 0, beta, c, f32,
        ldc, 0, 1, CUBLAS_COMPUTE_32F(), CUBLAS_GEMM_DEFAULT());
  }

  int cublasSgemmStridedBatched(MemorySegment handle, int opA, int opB, int m, int n, int k, MemorySegment alpha,
      MemorySegment a, int lda, long strideA, MemorySegment b, int ldb, long strideB, MemorySegment beta,
      MemorySegment c, int ldc, long strideC, int batch) {
    int f32 = CUDA_R_32F();
    return cublasGemmStridedBatchedEx(handle, opA, opB, m, n, k, alpha, a, f32, lda, strideA, b, f32, ldb, strideB,
        beta, c, f32, ldc, strideC, batch, CUBLAS_COMPUTE_32F(), CUBLAS_GEMM_DEFAULT());
  }

  int cublasGemmEx(MemorySegment handle, int opA, int opB, int m, int n, int k, MemorySegment alpha, MemorySegment a,
      int typeA, int lda, MemorySegment b, int typeB, int ldb, MemorySegment beta, MemorySegment c, int typeC,
      int ldc, int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(handle, opA, opB, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb, 0, beta, c,
        typeC, ldc, 0, 1, compute, algorithm);
  }

  int cublasGemmStridedBatchedEx(MemorySegment handle, int opA, int opB, int m, int n, int k, MemorySegment alpha,
      MemorySegment a, int typeA, int lda, long strideA, MemorySegment b, int typeB, int ldb, long strideB,
      MemorySegment beta, MemorySegment c, int typeC, int ldc, long strideC, int batch, int compute, int algorithm) {
    FakeStream stream = handle(handle).stream;
    requireTypes(typeA, typeB, typeC, compute);
    boolean transposeA = transposes(opA);
    boolean transposeB = transposes(opB);
    if (m < 0 || n < 0 || k < 0 || batch < 0 || lda < Math.max(1, transposeA ? k : m)
        || ldb < Math.max(1, transposeB ? n : k) || ldc < Math.max(1, m)) {
      throw Refusal.value("sizes of a product: m=" + m + " n=" + n + " k=" + k + " batch=" + batch + " lda=" + lda
          + " ldb=" + ldb + " ldc=" + ldc);
    }
    if (m == 0 || n == 0 || batch == 0) {
      return 0;
    }
    Operands operands = new Operands(operand(a, typeA, transposeA, m, k, lda), strideA,
        operand(b, typeB, transposeB, k, n, ldb), strideB,
        Matrix.byColumns(c, ElementKind.ofCuda(typeC), m, n, ldc), strideC, batch);
    submit(stream, operands, Pointers.getFloat(alpha), Pointers.getFloat(beta));
    return 0;
  }

  private static void requireTypes(int typeA, int typeB, int typeC, int compute) {
    boolean known = compute == CUBLAS_COMPUTE_32F() || compute == CUBLAS_COMPUTE_32F_PEDANTIC()
        || compute == CUBLAS_COMPUTE_32F_FAST_TF32() || compute == CUBLAS_COMPUTE_32F_FAST_16BF()
        || compute == CUBLAS_COMPUTE_32F_FAST_16F();
    boolean fits = typeA == typeB && (typeC == CUDA_R_32F() || typeC == typeA);
    if (!known || !fits) {
      throw new Refusal(CUBLAS_STATUS_NOT_SUPPORTED(),
          "types " + typeA + ", " + typeB + ", " + typeC + ", computed as " + compute);
    }
  }

  static boolean transposes(int op) {
    if (op != CUBLAS_OP_N() && op != CUBLAS_OP_T() && op != CUBLAS_OP_C()) {
      throw Refusal.value("operation on a matrix: " + op);
    }
    return op != CUBLAS_OP_N();
  }

  private static Matrix operand(MemorySegment memory, int type, boolean transpose, int rows, int columns, long ld) {
    ElementKind kind = ElementKind.ofCuda(type);
    return transpose ? Matrix.byColumns(memory, kind, columns, rows, ld).transposed()
        : Matrix.byColumns(memory, kind, rows, columns, ld);
  }

  private void submit(FakeStream stream, Operands o, float alpha, float beta) {
    List<Block> memory = List.of(block("A", o.a, o.strideA, o.batch), block("B", o.b, o.strideB, o.batch),
        block("C", o.c, o.strideC, o.batch));
    machine.submit(Family.CUBLAS, stream, new Work("gemm", List.of(o.a.rows(), o.b.rows(), o.b.columns()), memory,
        s -> {
          for (int i = 0; i < o.batch; i++) {
            Matrix c = o.c.moved(i * o.strideC);
            double[] product = product(o.a.moved(i * o.strideA), o.b.moved(i * o.strideB), alpha);
            addScaled(product, c, beta);
            c.store(product);
          }
        }));
  }

  private Block block(String name, Matrix matrix, long stride, int batch) {
    long bytes = matrix.spanBytes() + (batch - 1) * stride * matrix.kind().bytes();
    return machine.operand(Family.CUBLAS, name + " of a product", matrix.memory(), bytes);
  }

  /** alpha · A · B. */
  static double[] product(Matrix a, Matrix b, float alpha) {
    double[] product = Product.of(a.load(), b.load(), a.rows(), b.columns(), a.columns());
    for (int i = 0; i < product.length; i++) {
      product[i] *= alpha;
    }
    return product;
  }

  /** Adds beta · C, which is not read where beta is 0. */
  static void addScaled(double[] product, Matrix c, float beta) {
    if (beta != 0) {
      float[] old = c.load();
      for (int i = 0; i < product.length; i++) {
        product[i] += (double) beta * old[i];
      }
    }
  }
}

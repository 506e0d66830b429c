package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.bindings.cublas.Cublas.*;
import static org.chagres.bindings.cublaslt.CublasLt.*;
import static org.chagres.bindings.cudart.Cudart.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cublaslt.cublasLtMatmulHeuristicResult_t;
import org.junit.jupiter.api.Test;

/** Products of the fake cuBLAS and cuBLASLt against the plain sum. */
class CublasTest {

  private static final int M = 5;
  private static final int N = 7;
  private static final int K = 3;

  private final Kit kit = new Kit();

  /** op(A) · op(B), column-major and dense, so that the leading dimension is the rows stored. */
  private static double[] product(float[] a, boolean turnA, float[] b, boolean turnB) {
    double[] c = new double[M * N];
    for (int i = 0; i < M; i++) {
      for (int j = 0; j < N; j++) {
        for (int p = 0; p < K; p++) {
          c[j * M + i] += (double) a[turnA ? i * K + p : p * M + i] * b[turnB ? p * N + j : j * K + p];
        }
      }
    }
    return c;
  }

  private static int op(boolean turn) {
    return turn ? CUBLAS_OP_T() : CUBLAS_OP_N();
  }

  @Test
  void productsOfAllKinds() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment handle = kit.made(out -> cublasCreate_v2(out));
      float[] a = kit.random(M * K);
      float[] b = kit.random(K * N);
      float[] old = kit.random(M * N);
      for (int turns = 0; turns < 4; turns++) {
        boolean turnA = turns % 2 == 1;
        boolean turnB = turns / 2 == 1;
        double[] expected = product(a, turnA, b, turnB);
        for (int i = 0; i < expected.length; i++) {
          expected[i] = 2 * expected[i] - old[i];
        }
        MemorySegment c = kit.floats(old);
        assertEquals(0, cublasSgemm_v2(handle, op(turnA), op(turnB), M, N, K, kit.number(2), kit.floats(a),
            turnA ? K : M, kit.floats(b), turnB ? N : K, kit.number(-1), c, M));
        Kit.close(expected, c, "f32, turned " + turnA + " " + turnB);
        c = kit.floats(old);
        assertEquals(0, cublasGemmEx(handle, op(turnA), op(turnB), M, N, K, kit.number(2), kit.bf16(a),
            CUDA_R_16BF(), turnA ? K : M, kit.bf16(b), CUDA_R_16BF(), turnB ? N : K, kit.number(-1), c, CUDA_R_32F(),
            M, CUBLAS_COMPUTE_32F(), CUBLAS_GEMM_DEFAULT()));
        Kit.close(expected, c, "bf16, turned " + turnA + " " + turnB);
      }
      assertEquals(0, cublasDestroy_v2(handle));
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void aBatchWithSharedFactorsAndNothingReadWhereBetaIsZero() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment handle = kit.made(out -> cublasCreate_v2(out));
      float[] a = kit.random(M * K);
      float[] b = kit.random(2 * K * N);
      MemorySegment c = kit.memory(4L * 2 * M * N);
      assertEquals(0, cublasSgemmStridedBatched(handle, op(false), op(false), M, N, K, kit.number(1), kit.floats(a), M,
          0, kit.floats(b), K, K * N, kit.number(0), c, M, M * N, 2));
      for (int i = 0; i < 2; i++) {
        float[] part = Arrays.copyOfRange(b, i * K * N, (i + 1) * K * N);
        Kit.close(product(a, false, part, false), c.asSlice(4L * i * M * N, 4L * M * N), "product " + i);
      }
    }
  }

  @Test
  void aProductIsRecorded() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment handle = kit.made(out -> cublasCreate_v2(out));
      MemorySegment stream = kit.made(out -> cudaStreamCreateWithFlags(out, cudaStreamNonBlocking()));
      assertEquals(0, cublasSetStream_v2(handle, stream));
      MemorySegment c = kit.floats(0);
      MemorySegment two = kit.number(2);
      MemorySegment x = kit.floats(3);
      assertEquals(0, cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal()));
      assertEquals(0, cublasSgemm_v2(handle, 0, 0, 1, 1, 1, two, x, 1, x, 1, two, c, 1));
      MemorySegment graph = kit.made(out -> cudaStreamEndCapture(stream, out));
      two.fill((byte) 0);
      MemorySegment executable = kit.made(out -> cudaGraphInstantiate(out, graph, 0));
      Kit.close(new double[] {0}, c, "before");
      assertEquals(0, cudaGraphLaunch(executable, stream));
      assertEquals(0, cudaGraphLaunch(executable, stream));
      Kit.close(new double[] {54}, c, "18, then 18 + 2 · 18");
    }
  }

  @Test
  void misuse() {
    try (var cuda = FakeCuda.builder().failCall("cublasCreate_v2", 2, CUBLAS_STATUS_ALLOC_FAILED()).install()) {
      MemorySegment handle = kit.made(out -> cublasCreate_v2(out));
      MemorySegment one = kit.number(1);
      MemorySegment x = kit.floats(1, 2);
      assertEquals(CUBLAS_STATUS_INVALID_VALUE(), cublasSgemm_v2(handle, 0, 0, 2, 1, 1, one, x, 1, x, 1, one, x, 2));
      assertEquals(CUBLAS_STATUS_EXECUTION_FAILED(),
          cublasSgemm_v2(handle, 0, 0, 2, 1, 2, one, x, 2, x, 2, one, x, 2));
      assertTrue(cuda.problems().getLast().contains("A of a product of 16 bytes"), cuda.problems().toString());
      assertEquals(CUBLAS_STATUS_ALLOC_FAILED(), cublasCreate_v2(kit.arena().allocate(ADDRESS)));
      assertEquals(0, cublasDestroy_v2(handle));
      assertEquals(CUBLAS_STATUS_NOT_INITIALIZED(), cublasDestroy_v2(handle));
      assertEquals("CUBLAS_STATUS_NOT_INITIALIZED", cublasGetStatusName(1).getString(0));
    }
  }

  // ---- cuBLASLt ----

  private MemorySegment layout(int rows, int columns) {
    return kit.made(out -> cublasLtMatrixLayoutCreate(out, CUDA_R_32F(), rows, columns, rows));
  }

  private void set(MemorySegment product, int attribute, long value, int bytes) {
    MemorySegment memory = kit.arena().allocateFrom(JAVA_LONG, value);
    assertEquals(0, cublasLtMatmulDescSetAttribute(product, attribute, memory, bytes));
  }

  /** Runs a product with an epilogue and gives D. */
  private float[] run(int epilogue, float[] a, float[] b, MemorySegment bias, MemorySegment aux, long ld) {
    MemorySegment handle = kit.made(out -> cublasLtCreate(out));
    MemorySegment product = kit.made(out -> cublasLtMatmulDescCreate(out, CUBLAS_COMPUTE_32F(), CUDA_R_32F()));
    set(product, CUBLASLT_MATMUL_DESC_EPILOGUE(), epilogue, 4);
    set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER(), bias.address(), 8);
    set(product, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER(), aux.address(), 8);
    set(product, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD(), ld, 8);
    List<MemorySegment> layouts = List.of(layout(M, K), layout(K, N), layout(M, N));
    MemorySegment preference = kit.made(out -> cublasLtMatmulPreferenceCreate(out));
    MemorySegment most = kit.arena().allocateFrom(JAVA_LONG, 1 << 20);
    assertEquals(0, cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES(), most,
        8));
    MemorySegment result = cublasLtMatmulHeuristicResult_t.allocate(kit.arena());
    MemorySegment count = kit.arena().allocate(JAVA_INT);
    assertEquals(0, cublasLtMatmulAlgoGetHeuristic(handle, product, layouts.get(0), layouts.get(1), layouts.get(2),
        layouts.get(2), preference, 1, result, count));
    assertEquals(1, count.get(JAVA_INT, 0));
    long bytes = cublasLtMatmulHeuristicResult_t.workspaceSize(result);
    MemorySegment d = kit.memory(4L * M * N);
    assertEquals(0, cublasLtMatmul(handle, product, kit.number(1), kit.floats(a), layouts.get(0), kit.floats(b),
        layouts.get(1), kit.number(0), d, layouts.get(2), d, layouts.get(2),
        cublasLtMatmulHeuristicResult_t.algo(result), kit.memory(bytes), bytes, MemorySegment.NULL));
    layouts.forEach(layout -> assertEquals(0, cublasLtMatrixLayoutDestroy(layout)));
    assertEquals(0, cublasLtMatmulDescDestroy(product));
    assertEquals(0, cublasLtMatmulPreferenceDestroy(preference));
    assertEquals(0, cublasLtDestroy(handle));
    return d.toArray(JAVA_FLOAT);
  }

  private static double gelu(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  @Test
  void epiloguesAndTheirGradients() {
    try (var cuda = FakeCuda.install()) {
      float[] a = kit.random(M * K);
      float[] b = kit.random(K * N);
      float[] bias = kit.random(M);
      MemorySegment ofBias = kit.floats(bias);
      double[] plain = product(a, false, b, false);
      double[] sum = new double[M * N];
      double[] relu = new double[M * N];
      double[] gelu = new double[M * N];
      for (int i = 0; i < plain.length; i++) {
        sum[i] = plain[i] + bias[i % M];
        relu[i] = Math.max(0, sum[i]);
        gelu[i] = gelu(sum[i]);
      }
      MemorySegment none = MemorySegment.NULL;
      MemorySegment mask = kit.memory(16L * N);
      MemorySegment saved = kit.memory(4L * 8 * N);
      Kit.close(plain, run(CUBLASLT_EPILOGUE_DEFAULT(), a, b, none, none, 0), "plain");
      Kit.close(sum, run(CUBLASLT_EPILOGUE_BIAS(), a, b, ofBias, none, 0), "bias");
      Kit.close(relu, run(CUBLASLT_EPILOGUE_RELU_AUX_BIAS(), a, b, ofBias, mask, 128), "bias, ReLU, saving");
      Kit.close(gelu, run(CUBLASLT_EPILOGUE_GELU_AUX_BIAS(), a, b, ofBias, saved, 8), "bias, GELU, saving");
      double[] back = new double[M * N];
      double[] slopes = new double[M * N];
      double[] sums = new double[M];
      double[] sumsOfA = new double[M];
      double[] sumsOfB = new double[N];
      for (int i = 0; i < plain.length; i++) {
        back[i] = sum[i] > 0 ? plain[i] : 0;
        slopes[i] = plain[i] * (gelu(sum[i] + 1e-4) - gelu(sum[i] - 1e-4)) / 2e-4;
        sums[i % M] += back[i];
      }
      for (int i = 0; i < a.length; i++) {
        sumsOfA[i % M] += a[i];
      }
      for (int i = 0; i < b.length; i++) {
        sumsOfB[i / K] += b[i];
      }
      MemorySegment ofRows = kit.memory(4L * M);
      MemorySegment ofColumns = kit.memory(4L * N);
      Kit.close(back, run(CUBLASLT_EPILOGUE_DRELU_BGRAD(), a, b, ofRows, mask, 128), "ReLU backward");
      Kit.close(sums, ofRows, "its bias");
      Kit.close(slopes, run(CUBLASLT_EPILOGUE_DGELU(), a, b, none, saved, 8), "GELU backward");
      Kit.close(plain, run(CUBLASLT_EPILOGUE_BGRADA(), a, b, ofRows, none, 0), "sums of A");
      Kit.close(sumsOfA, ofRows, "sums of A");
      Kit.close(plain, run(CUBLASLT_EPILOGUE_BGRADB(), a, b, ofColumns, none, 0), "sums of B");
      Kit.close(sumsOfB, ofColumns, "sums of B");
      assertEquals(List.of(), cuda.problems());
      assertEquals(Map.of(), withoutMemory(cuda.live()));
    }
  }

  private static Map<String, Long> withoutMemory(Map<String, Long> live) {
    live.keySet().removeIf(kind -> kind.startsWith("device memory"));
    return live;
  }
}

package org.chagres.gpu.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.bindings.cublaslt.CublasLt;
import org.chagres.bindings.cublaslt.cublasLtMatmulHeuristicResult_t;
import org.chagres.gpu.kernel.ElementType;

/** A product of cuBLASLt put together: its descriptors and the algorithm that the heuristics like best. */
final class MatmulPlan {

  /**
   * All that an algorithm depends on.
   *
   * @param tf32 whether factors may be rounded
   * @param alignment the largest power of two that divides all addresses, 256 at most
   * @param workspace bytes to work in
   */
  record Key(Gemm shape, Types types, Epilogue epilogue, boolean tf32, int alignment, long workspace) {}

  private final Key key;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment out = arena.allocate(ADDRESS);
  private final MemorySegment value = arena.allocate(JAVA_LONG);
  private final MemorySegment results = cublasLtMatmulHeuristicResult_t.allocate(arena);
  private final List<Runnable> undo = new ArrayList<>();
  private MemorySegment product;
  private MemorySegment a;
  private MemorySegment b;
  private MemorySegment c;
  private boolean supported;

  private MatmulPlan(Key key) {
    this.key = key;
  }

  static MatmulPlan make(MemorySegment handle, Key key) {
    MatmulPlan plan = new MatmulPlan(key);
    try {
      plan.describe();
      plan.choose(handle);
      return plan;
    } catch (RuntimeException | Error e) {
      plan.destroy();
      throw e;
    }
  }

  /** Whether there is an algorithm. */
  boolean supported() {
    return supported;
  }

  long workspaceBytes() {
    return cublasLtMatmulHeuristicResult_t.workspaceSize(results);
  }

  private void describe() {
    Gemm s = key.shape;
    product = create("cublasLtMatmulDescCreate",
        to -> CublasLt.cublasLtMatmulDescCreate(to, key.types.compute(key.tf32), Cublas.CUDA_R_32F()),
        CublasLt::cublasLtMatmulDescDestroy);
    // The transposed product, columns first: see Blas.
    setInt(CublasLt.CUBLASLT_MATMUL_DESC_TRANSA(), op(s.b()));
    setInt(CublasLt.CUBLASLT_MATMUL_DESC_TRANSB(), op(s.a()));
    setInt(CublasLt.CUBLASLT_MATMUL_DESC_EPILOGUE(), key.epilogue.code());
    if (key.epilogue.vectorCount(s) > 0) {
      setInt(CublasLt.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE(), Types.cuda(key.types.out()));
    }
    if (key.epilogue.savedBytes(s, key.types) > 0) {
      setLong(CublasLt.CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD(), key.epilogue.savedLd(s));
    }
    a = layout(key.types.in(), s.b().transposed() ? s.k() : s.n(), s.b().transposed() ? s.n() : s.k(), s.b().ld());
    b = layout(key.types.in(), s.a().transposed() ? s.m() : s.k(), s.a().transposed() ? s.k() : s.m(), s.a().ld());
    c = layout(key.types.out(), s.n(), s.m(), s.ldc());
  }

  private static int op(Gemm.Operand operand) {
    return operand.transposed() ? Cublas.CUBLAS_OP_T() : Cublas.CUBLAS_OP_N();
  }

  private MemorySegment layout(ElementType type, long rows, long columns, long ld) {
    return create("cublasLtMatrixLayoutCreate",
        to -> CublasLt.cublasLtMatrixLayoutCreate(to, Types.cuda(type), rows, columns, ld),
        CublasLt::cublasLtMatrixLayoutDestroy);
  }

  private MemorySegment create(String call, ToIntFunction<MemorySegment> create, ToIntFunction<MemorySegment> destroy) {
    BlasException.check(create.applyAsInt(out), call + " for " + key);
    MemorySegment made = out.get(ADDRESS, 0);
    undo.add(() -> {
      int unused = destroy.applyAsInt(made);
    });
    return made;
  }

  private void setInt(int attribute, int number) {
    value.set(JAVA_INT, 0, number);
    set(attribute, Integer.BYTES);
  }

  private void setLong(int attribute, long number) {
    value.set(JAVA_LONG, 0, number);
    set(attribute, Long.BYTES);
  }

  private void set(int attribute, long bytes) {
    BlasException.check(CublasLt.cublasLtMatmulDescSetAttribute(product, attribute, value, bytes),
        "cublasLtMatmulDescSetAttribute");
  }

  private void choose(MemorySegment handle) {
    BlasException.check(CublasLt.cublasLtMatmulPreferenceCreate(out), "cublasLtMatmulPreferenceCreate");
    MemorySegment preference = out.get(ADDRESS, 0);
    try {
      prefer(preference, CublasLt.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES(), Long.BYTES, key.workspace);
      for (int attribute : new int[] {CublasLt.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES(),
        CublasLt.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES(), CublasLt.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES(),
        CublasLt.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES()}) {
        prefer(preference, attribute, Integer.BYTES, key.alignment);
      }
      MemorySegment count = value;
      count.set(JAVA_INT, 0, 0);
      int status =
          CublasLt.cublasLtMatmulAlgoGetHeuristic(handle, product, a, b, c, c, preference, 1, results, count);
      if (status != Cublas.CUBLAS_STATUS_NOT_SUPPORTED()) {
        BlasException.check(status, "cublasLtMatmulAlgoGetHeuristic for " + key);
        supported = count.get(JAVA_INT, 0) > 0 && cublasLtMatmulHeuristicResult_t.state(results) == 0;
      }
    } finally {
      int unused = CublasLt.cublasLtMatmulPreferenceDestroy(preference);
    }
  }

  private void prefer(MemorySegment preference, int attribute, long bytes, long number) {
    value.set(JAVA_LONG, 0, number);
    BlasException.check(CublasLt.cublasLtMatmulPreferenceSetAttribute(preference, attribute, value, bytes),
        "cublasLtMatmulPreferenceSetAttribute");
  }

  /** Queues it. */
  void run(MemorySegment handle, BlasLt.Operands operands, MemorySegment beta, MemorySegment workspace,
      MemorySegment stream) {
    if (key.epilogue.vectorCount(key.shape) > 0) {
      setLong(CublasLt.CUBLASLT_MATMUL_DESC_BIAS_POINTER(), operands.vector().address());
    }
    if (key.epilogue.savedBytes(key.shape, key.types) > 0) {
      setLong(CublasLt.CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER(), operands.saved().address());
    }
    int status = CublasLt.cublasLtMatmul(handle, product, BlasLt.ONE, operands.b(), a, operands.a(), b, beta,
        operands.c(), c, operands.c(), c, cublasLtMatmulHeuristicResult_t.algo(results), workspace,
        workspaceBytes(), stream);
    if (status != 0) {
      throw BlasException.of(status, "cublasLtMatmul of " + key);
    }
  }

  /** The last made first. */
  void destroy() {
    undo.reversed().forEach(Runnable::run);
    undo.clear();
  }
}

package org.chagres.gpu.fake;

import static org.chagres.bindings.cublas.Cublas.*;
import static org.chagres.bindings.cublaslt.CublasLt.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.chagres.bindings.Library;
import org.chagres.bindings.cublaslt.cublasLtMatmulAlgo_t;
import org.chagres.bindings.cublaslt.cublasLtMatmulHeuristicResult_t;

/** cuBLASLt: products with epilogues, as plain loops. It proposes one algorithm for whatever it can do. */
final class FakeCublasLt {

  private record Handle() implements Owned {
    @Override
    public String kind() {
      return "handle of cuBLASLt";
    }
  }

  private static final String PRODUCT = "product of cuBLASLt";
  private static final String LAYOUT = "layout of cuBLASLt";
  private static final String PREFERENCE = "preference of cuBLASLt";

  /** What its algorithm works in where it may, so that callers have to provide it. */
  private static final long WORKSPACE = 1024;

  private static final long MARK = 0x6f676c61;

  private final Machine machine;

  FakeCublasLt(Machine machine) {
    this.machine = machine;
  }

  long cublasLtGetVersion() {
    return machine.settings().number(Library.CUBLASLT);
  }

  int cublasLtCreate(MemorySegment handle) {
    machine.current();
    Pointers.putPointer(handle, machine.handles().give(new Handle()));
    return 0;
  }

  int cublasLtDestroy(MemorySegment handle) {
    machine.handles().destroy(Handle.class, handle);
    return 0;
  }

  // ---- descriptors ----

  private int create(MemorySegment to, Attributes attributes) {
    Pointers.putPointer(to, machine.handles().give(attributes));
    return 0;
  }

  private Attributes get(MemorySegment handle, String kind) {
    Attributes attributes = machine.handles().get(Attributes.class, handle);
    if (!attributes.kind().equals(kind)) {
      throw Refusal.value("expected a " + kind + ", got a " + attributes.kind());
    }
    return attributes;
  }

  private int destroy(MemorySegment handle, String kind) {
    get(handle, kind);
    machine.handles().destroy(Attributes.class, handle);
    return 0;
  }

  int cublasLtMatmulDescCreate(MemorySegment product, int compute, int scale) {
    if (scale != CUDA_R_32F()) {
      throw new Refusal(CUBLAS_STATUS_NOT_SUPPORTED(), "alpha and beta of type " + scale);
    }
    Attributes made = new Attributes(PRODUCT);
    made.set(CUBLASLT_MATMUL_DESC_COMPUTE_TYPE(), compute);
    return create(product, made);
  }

  int cublasLtMatmulDescDestroy(MemorySegment product) {
    return destroy(product, PRODUCT);
  }

  int cublasLtMatmulDescSetAttribute(MemorySegment product, int attribute, MemorySegment value, long bytes) {
    get(product, PRODUCT).set(attribute, value, bytes);
    return 0;
  }

  int cublasLtMatrixLayoutCreate(MemorySegment layout, int type, long rows, long columns, long ld) {
    Attributes made = new Attributes(LAYOUT);
    made.set(CUBLASLT_MATRIX_LAYOUT_TYPE(), type);
    made.set(CUBLASLT_MATRIX_LAYOUT_ROWS(), rows);
    made.set(CUBLASLT_MATRIX_LAYOUT_COLS(), columns);
    made.set(CUBLASLT_MATRIX_LAYOUT_LD(), ld);
    return create(layout, made);
  }

  int cublasLtMatrixLayoutDestroy(MemorySegment layout) {
    return destroy(layout, LAYOUT);
  }

  int cublasLtMatrixLayoutSetAttribute(MemorySegment layout, int attribute, MemorySegment value, long bytes) {
    get(layout, LAYOUT).set(attribute, value, bytes);
    return 0;
  }

  int cublasLtMatmulPreferenceCreate(MemorySegment preference) {
    return create(preference, new Attributes(PREFERENCE));
  }

  int cublasLtMatmulPreferenceDestroy(MemorySegment preference) {
    return destroy(preference, PREFERENCE);
  }

  int cublasLtMatmulPreferenceSetAttribute(MemorySegment preference, int attribute, MemorySegment value, long bytes) {
    get(preference, PREFERENCE).set(attribute, value, bytes);
    return 0;
  }

  private Matrix matrix(MemorySegment memory, MemorySegment layout) {
    Attributes of = get(layout, LAYOUT);
    ElementKind kind = ElementKind.ofCuda((int) of.get(CUBLASLT_MATRIX_LAYOUT_TYPE(), -1));
    long rows = of.get(CUBLASLT_MATRIX_LAYOUT_ROWS(), 0);
    long columns = of.get(CUBLASLT_MATRIX_LAYOUT_COLS(), 0);
    long ld = of.get(CUBLASLT_MATRIX_LAYOUT_LD(), 0);
    boolean byRows = of.get(CUBLASLT_MATRIX_LAYOUT_ORDER(), CUBLASLT_ORDER_COL()) == CUBLASLT_ORDER_ROW();
    if (rows < 1 || columns < 1 || ld < (byRows ? columns : rows)) {
      throw Refusal.value("a layout of " + rows + " by " + columns + " with " + ld + " elements from one to the next");
    }
    return byRows ? Matrix.byColumns(memory, kind, columns, rows, ld).transposed()
        : Matrix.byColumns(memory, kind, rows, columns, ld);
  }

  /** Checks that the shapes fit, and gives op(A), op(B), C, D. */
  private List<Matrix> matrices(Attributes product, MemorySegment[] memory, MemorySegment[] layouts) {
    List<Matrix> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(matrix(memory[i], layouts[i]));
    }
    if (FakeCublas.transposes((int) product.get(CUBLASLT_MATMUL_DESC_TRANSA(), CUBLAS_OP_N()))) {
      all.set(0, all.get(0).transposed());
    }
    if (FakeCublas.transposes((int) product.get(CUBLASLT_MATMUL_DESC_TRANSB(), CUBLAS_OP_N()))) {
      all.set(1, all.get(1).transposed());
    }
    Matrix a = all.get(0);
    Matrix b = all.get(1);
    for (Matrix c : all.subList(2, 4)) {
      if (a.columns() != b.rows() || c.rows() != a.rows() || c.columns() != b.columns()) {
        throw Refusal.value("a product of " + a.rows() + "x" + a.columns() + " and " + b.rows() + "x" + b.columns()
            + " into " + c.rows() + "x" + c.columns());
      }
    }
    return all;
  }

  // ---- products ----

  int cublasLtMatmulAlgoGetHeuristic(MemorySegment handle, MemorySegment product, MemorySegment a, MemorySegment b,
      MemorySegment c, MemorySegment d, MemorySegment preference, int most, MemorySegment results,
      MemorySegment count) {
    machine.handles().get(Handle.class, handle);
    Attributes of = get(product, PRODUCT);
    MemorySegment none = MemorySegment.NULL;
    List<Matrix> all = matrices(of, new MemorySegment[] {none, none, none, none}, new MemorySegment[] {a, b, c, d});
    Epilogues.requireKnown(of, all.get(3));
    Pointers.putInt(count, 0);
    if (most < 1) {
      throw Refusal.value("so many algorithms wanted: " + most);
    }
    long may = get(preference, PREFERENCE).get(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES(), 0);
    MemorySegment result = Pointers.at(results).reinterpret(cublasLtMatmulHeuristicResult_t.sizeof());
    cublasLtMatmulAlgo_t.data(cublasLtMatmulHeuristicResult_t.algo(result), 0, MARK);
    cublasLtMatmulHeuristicResult_t.workspaceSize(result, may >= WORKSPACE ? WORKSPACE : 0);
    cublasLtMatmulHeuristicResult_t.state(result, CUBLAS_STATUS_SUCCESS());
    cublasLtMatmulHeuristicResult_t.wavesCount(result, 1);
    Pointers.putInt(count, 1);
    return 0;
  }

  int cublasLtMatmul(MemorySegment handle, MemorySegment product, MemorySegment alpha, MemorySegment a,
      MemorySegment layoutA, MemorySegment b, MemorySegment layoutB, MemorySegment beta, MemorySegment c,
      MemorySegment layoutC, MemorySegment d, MemorySegment layoutD, MemorySegment algorithm, MemorySegment workspace,
      long workspaceBytes, MemorySegment stream) {
    machine.handles().get(Handle.class, handle);
    Attributes of = get(product, PRODUCT);
    if (cublasLtMatmulAlgo_t.data(Pointers.at(algorithm), 0) != MARK) {
      throw Refusal.value("an algorithm that cublasLtMatmulAlgoGetHeuristic did not give");
    }
    List<Matrix> all =
        matrices(of, new MemorySegment[] {a, b, c, d}, new MemorySegment[] {layoutA, layoutB, layoutC, layoutD});
    int batch = batch(layoutA, layoutB, layoutC, layoutD);
    List<Block> memory = new ArrayList<>();
    long[] strides = new long[4];
    MemorySegment[] layouts = {layoutA, layoutB, layoutC, layoutD};
    for (int i = 0; i < 4; i++) {
      strides[i] = get(layouts[i], LAYOUT).get(CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET(), 0);
      Matrix m = all.get(i);
      memory.add(machine.operand(Family.CUBLAS, "ABCD".charAt(i) + " of a product", m.memory(),
          m.spanBytes() + (batch - 1) * strides[i] * m.kind().bytes()));
    }
    if (workspaceBytes > 0) {
      memory.add(machine.operand(Family.CUBLAS, "workspace of a product", workspace, workspaceBytes));
    }
    Epilogues epilogue = Epilogues.of(machine, of, all, memory);
    if (batch > 1 && !epilogue.isPlain()) {
      throw new Refusal(CUBLAS_STATUS_NOT_SUPPORTED(), "an epilogue of a batch");
    }
    float factor = Pointers.getFloat(alpha);
    float old = Pointers.getFloat(beta);
    machine.submit(Family.CUBLAS, machine.stream(stream), new Work("matmul", epilogue.code(), memory, s -> {
      for (int i = 0; i < batch; i++) {
        double[] result =
            FakeCublas.product(all.get(0).moved(i * strides[0]), all.get(1).moved(i * strides[1]), factor);
        FakeCublas.addScaled(result, all.get(2).moved(i * strides[2]), old);
        epilogue.apply(result);
        all.get(3).moved(i * strides[3]).store(result);
      }
    }));
    return 0;
  }

  private int batch(MemorySegment... layouts) {
    long batch = get(layouts[0], LAYOUT).get(CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT(), 1);
    for (MemorySegment layout : layouts) {
      if (get(layout, LAYOUT).get(CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT(), 1) != batch) {
        throw Refusal.value("layouts of different batches");
      }
    }
    return Math.toIntExact(batch);
  }
}

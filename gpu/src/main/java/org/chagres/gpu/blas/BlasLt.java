package org.chagres.gpu.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.bindings.cublaslt.CublasLt;
import org.chagres.gpu.CudaResource;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.memory.Workspace;

/** cuBLASLt on a stream: products with an {@link Epilogue}, put together once for each shape. */
public final class BlasLt extends CudaResource {

  static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_FLOAT, 1f);
  private static final MemorySegment ZERO = Arena.global().allocateFrom(JAVA_FLOAT, 0f);

  /** What an algorithm may work in, as NVIDIA recommends for Hopper. */
  private static final long WORKSPACE = 32L << 20;
  private static final int MAX_ALIGNMENT = 256;

  private final CudaStream stream;
  private final Workspace workspace;
  private final MemorySegment handle;
  private final Map<MatmulPlan.Key, MatmulPlan> plans = new HashMap<>();
  private boolean tf32;

  private BlasLt(Workspace workspace, MemorySegment handle) {
    super(workspace.device(), "cuBLASLt on " + workspace.pool().stream());
    this.stream = workspace.pool().stream();
    this.workspace = workspace;
    this.handle = handle;
  }

  /**
   * Memory of a product.
   *
   * @param a A
   * @param b B
   * @param c C
   * @param vector the bias, or where its gradient goes; {@link MemorySegment#NULL} where the epilogue has none
   * @param saved what is kept for backward, of {@link Epilogue#savedBytes}; NULL where the epilogue has none
   */
  public record Operands(MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment vector,
      MemorySegment saved) {

    /** With a bias and nothing saved. */
    public static Operands of(MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment vector) {
      return new Operands(a, b, c, vector, MemorySegment.NULL);
    }

    int alignment() {
      long all = a.address() | b.address() | c.address() | vector.address() | saved.address() | MAX_ALIGNMENT;
      return (int) Long.lowestOneBit(all);
    }
  }

  /** On a workspace's stream. */
  public static BlasLt of(Workspace workspace) {
    return workspace.device().call(() -> {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment out = arena.allocate(ADDRESS);
        BlasException.check(CublasLt.cublasLtCreate(out), "cublasLtCreate");
        BlasLt blas = new BlasLt(workspace, out.get(ADDRESS, 0));
        blas.opened();
        return blas;
      }
    });
  }

  /** As {@link Blas#allowTf32}. */
  public void allowTf32(boolean allowed) {
    device().run(() -> tf32 = allowed);
  }

  /** Whether there is an algorithm for it in memory aligned to 256 bytes. */
  public boolean supports(Gemm shape, Types types, Epilogue epilogue) {
    return device().call(() -> plan(key(shape, types, epilogue, MAX_ALIGNMENT)).supported());
  }

  /**
   * Queues a product; one, not a batch, with sums of 1 or more.
   *
   * @throws BlasException if there is no algorithm for it
   */
  public void matmul(Gemm shape, Types types, Epilogue epilogue, Operands operands) {
    if (!device().isCurrent()) {
      device().run(() -> matmul(shape, types, epilogue, operands));
      return;
    }
    check(shape, types, epilogue, operands);
    MatmulPlan plan = plan(key(shape, types, epilogue, operands.alignment()));
    if (!plan.supported()) {
      throw BlasException.of(Cublas.CUBLAS_STATUS_NOT_SUPPORTED(),
          "cublasLtMatmulAlgoGetHeuristic of " + shape + " " + types + " " + epilogue);
    }
    MemorySegment scratch = workspace.take(plan.workspaceBytes());
    plan.run(handle, operands, shape.accumulate() ? ONE : ZERO, scratch, stream.handle());
  }

  private static void check(Gemm shape, Types types, Epilogue epilogue, Operands o) {
    if (shape.batch() != 1 || shape.m() == 0 || shape.n() == 0 || shape.k() == 0) {
      throw new IllegalArgumentException("product with " + epilogue + ": expected one, of sizes of 1 or more, got "
          + shape);
    }
    shape.check(types, o.a, o.b, o.c);
    Gemm.spans("vector of " + epilogue, o.vector, epilogue.vectorCount(shape), types.out());
    if (o.saved.byteSize() < epilogue.savedBytes(shape, types)) {
      throw new IllegalArgumentException("what " + epilogue + " saves: expected " + epilogue.savedBytes(shape, types)
          + " bytes, got " + o.saved.byteSize());
    }
  }

  private MatmulPlan.Key key(Gemm shape, Types types, Epilogue epilogue, int alignment) {
    return new MatmulPlan.Key(shape, types, epilogue, tf32, alignment, WORKSPACE);
  }

  private MatmulPlan plan(MatmulPlan.Key key) {
    requireOpen();
    MatmulPlan plan = plans.get(key);
    if (plan == null) {
      device().refuseInCapture("putting together the product " + key.shape());
      plan = MatmulPlan.make(handle, key);
      plans.put(key, plan);
    }
    return plan;
  }

  @Override
  protected void release() {
    plans.values().forEach(MatmulPlan::destroy);
    plans.clear();
    BlasException.check(CublasLt.cublasLtDestroy(handle), "cublasLtDestroy");
  }
}

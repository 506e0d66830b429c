package org.chagres.gpu.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.gpu.CudaResource;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.DevicePool;

/** cuBLAS on a stream, with memory of its own to work in, so that a product can be recorded. */
public final class Blas extends CudaResource {

  /** What NVIDIA recommends for Hopper and later, and for those before. */
  private static final long WORKSPACE_HOPPER = 32L << 20;
  private static final long WORKSPACE = 8L << 20;

  private final CudaStream stream;
  private final DeviceBlock workspace;
  private final MemorySegment handle;
  private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_FLOAT, 1f);
  private final MemorySegment zero = Arena.ofAuto().allocateFrom(JAVA_FLOAT, 0f);
  private boolean tf32;

  private Blas(CudaStream stream, DeviceBlock workspace, MemorySegment handle) {
    super(stream.device(), "cuBLAS on " + stream);
    this.stream = stream;
    this.workspace = workspace;
    this.handle = handle;
  }

  /** On a pool's stream. */
  public static Blas of(DevicePool pool) {
    return pool.device().call(() -> {
      DeviceBlock workspace = pool.allocate(pool.device().info().major() >= 9 ? WORKSPACE_HOPPER : WORKSPACE);
      try {
        Blas blas = new Blas(pool.stream(), workspace, connected(pool.stream(), workspace));
        blas.opened();
        return blas;
      } catch (RuntimeException | Error e) {
        workspace.close();
        throw e;
      }
    });
  }

  private static MemorySegment connected(CudaStream stream, DeviceBlock workspace) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      BlasException.check(Cublas.cublasCreate_v2(out), "cublasCreate");
      MemorySegment handle = out.get(ADDRESS, 0);
      try {
        BlasException.check(Cublas.cublasSetStream_v2(handle, stream.handle()), "cublasSetStream");
        // After the stream, which puts cuBLAS's own workspace back.
        BlasException.check(Cublas.cublasSetWorkspace_v2(handle, workspace.segment(), workspace.bytes()),
            "cublasSetWorkspace");
        return handle;
      } catch (RuntimeException | Error e) {
        int unused = Cublas.cublasDestroy_v2(handle);
        throw e;
      }
    }
  }

  /** Lets products of f32 round their factors to TF32, 10 bits after the point, which is several times as fast. */
  public void allowTf32(boolean allowed) {
    device().run(() -> tf32 = allowed);
  }

  /** Queues a product. */
  public void gemm(Gemm shape, Types types, MemorySegment a, MemorySegment b, MemorySegment c) {
    if (!device().isCurrent()) {
      device().run(() -> gemm(shape, types, a, b, c));
      return;
    }
    requireOpen();
    shape.check(types, a, b, c);
    if (shape.isEmpty()) {
      return;
    }
    if (shape.k() == 0) {
      clear(shape, types.out(), c);
      return;
    }
    int status = shape.batch() == 1 ? single(shape, types, a, b, c) : batched(shape, types, a, b, c);
    if (status != 0) {
      throw BlasException.of(status, (shape.batch() == 1 ? "cublasGemmEx of " : "cublasGemmStridedBatchedEx of ")
          + shape + " " + types);
    }
  }

  private int single(Gemm s, Types types, MemorySegment a, MemorySegment b, MemorySegment c) {
    int in = Types.cuda(types.in());
    return Cublas.cublasGemmEx(handle, op(s.b()), op(s.a()), s.n(), s.m(), s.k(), one, b, in, s.b().ld(), a, in,
        s.a().ld(), s.accumulate() ? one : zero, c, Types.cuda(types.out()), s.ldc(), types.compute(tf32),
        Cublas.CUBLAS_GEMM_DEFAULT());
  }

  private int batched(Gemm s, Types types, MemorySegment a, MemorySegment b, MemorySegment c) {
    int in = Types.cuda(types.in());
    return Cublas.cublasGemmStridedBatchedEx(handle, op(s.b()), op(s.a()), s.n(), s.m(), s.k(), one, b, in,
        s.b().ld(), s.b().batchStride(), a, in, s.a().ld(), s.a().batchStride(), s.accumulate() ? one : zero, c,
        Types.cuda(types.out()), s.ldc(), (long) s.m() * s.ldc(), s.batch(), types.compute(tf32),
        Cublas.CUBLAS_GEMM_DEFAULT());
  }

  private static int op(Gemm.Operand operand) {
    return operand.transposed() ? Cublas.CUBLAS_OP_T() : Cublas.CUBLAS_OP_N();
  }

  /** Sums of nothing. */
  private void clear(Gemm s, ElementType type, MemorySegment c) {
    if (s.accumulate()) {
      return;
    }
    long row = (long) s.n() * type.bytes();
    long step = (long) s.ldc() * type.bytes();
    long rows = (long) s.m() * s.batch();
    if (row == step) {
      Copies.fill(c.asSlice(0, rows * row), (byte) 0, stream);
      return;
    }
    for (long i = 0; i < rows; i++) {
      Copies.fill(c.asSlice(i * step, row), (byte) 0, stream);
    }
  }

  @Override
  protected void release() {
    workspace.close();
    BlasException.check(Cublas.cublasDestroy_v2(handle), "cublasDestroy");
  }
}

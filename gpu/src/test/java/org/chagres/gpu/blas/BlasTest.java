package org.chagres.gpu.blas;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.Workspace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Products against plain loops, through the fakes: transposes, strides, batches, types, epilogues. */
class BlasTest {

  private final FakeCuda cuda = FakeCuda.install();
  private final CudaDevice device = CudaDevice.of(0);
  private final DevicePool pool = DevicePool.of(device.stream());
  private final Blas blas = Blas.of(pool);
  private final BlasLt lt = BlasLt.of(Workspace.of(pool));
  private final Random random = new Random(7);

  @AfterEach
  void nothingIsLeft() {
    device.close();
    Map<String, Long> live = cuda.live();
    List<String> problems = cuda.problems();
    cuda.close();
    assertEquals(Map.of(), live);
    assertEquals(List.of(), problems);
  }

  /** Small whole numbers, so that sums are exact in every type. */
  private float[] numbers(long count) {
    float[] x = new float[(int) count];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextInt(-4, 5);
    }
    return x;
  }

  private DeviceBlock up(ElementType type, float[] values) {
    DeviceBlock block = pool.allocate((long) values.length * type.bytes());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(Math.max(1, block.bytes()), 8).asSlice(0, block.bytes());
      for (int i = 0; i < values.length; i++) {
        if (type == ElementType.F32) {
          host.setAtIndex(JAVA_FLOAT, i, values[i]);
        } else {
          host.setAtIndex(JAVA_SHORT, i, (short) (Float.floatToRawIntBits(values[i]) >>> 16));
        }
      }
      Copies.upload(block.segment(), host, device.stream());
    }
    return block;
  }

  private float[] down(ElementType type, DeviceBlock block) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(Math.max(1, block.bytes()), 8).asSlice(0, block.bytes());
      Copies.download(host, block.segment(), device.stream());
      float[] values = new float[(int) (block.bytes() / type.bytes())];
      for (int i = 0; i < values.length; i++) {
        values[i] = type == ElementType.F32 ? host.getAtIndex(JAVA_FLOAT, i)
            : Float.intBitsToFloat(host.getAtIndex(JAVA_SHORT, i) << 16);
      }
      return values;
    }
  }

  private static float[] expected(Gemm s, float[] a, float[] b, float[] c) {
    float[] y = c.clone();
    for (int batch = 0; batch < s.batch(); batch++) {
      for (int i = 0; i < s.m(); i++) {
        for (int j = 0; j < s.n(); j++) {
          int at = batch * s.m() * s.ldc() + i * s.ldc() + j;
          double sum = s.accumulate() ? y[at] : 0;
          for (int p = 0; p < s.k(); p++) {
            long ai = batch * s.a().batchStride() + (s.a().transposed() ? p * s.a().ld() + i : i * s.a().ld() + p);
            long bi = batch * s.b().batchStride() + (s.b().transposed() ? j * s.b().ld() + p : p * s.b().ld() + j);
            sum += (double) a[(int) ai] * b[(int) bi];
          }
          y[at] = (float) sum;
        }
      }
    }
    return y;
  }

  private void check(Gemm s, Types types) {
    float[] a = numbers(s.batch() * (s.a().batchStride() + (s.a().transposed() ? s.k() : s.m()) * (long) s.a().ld()));
    float[] b = numbers(s.batch() * (s.b().batchStride() + (s.b().transposed() ? s.n() : s.k()) * (long) s.b().ld()));
    float[] c = numbers((long) s.batch() * s.m() * s.ldc());
    try (DeviceBlock da = up(types.in(), a); DeviceBlock db = up(types.in(), b); DeviceBlock dc = up(types.out(), c)) {
      blas.gemm(s, types, da.segment(), db.segment(), dc.segment());
      assertEquals(List.of(boxed(expected(s, a, b, c))), List.of(boxed(down(types.out(), dc))), s + " " + types);
    }
  }

  private static String boxed(float[] values) {
    return Arrays.toString(values);
  }

  @Test
  void productsInAllTransposesTypesAndStrides() {
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        for (Types types : List.of(Types.F32, Types.BF16, Types.BF16_TO_F32)) {
          check(Gemm.of(1, 1, 1, ta, tb), types);
          check(Gemm.of(5, 3, 7, ta, tb), types);
          check(Gemm.of(5, 3, 7, ta, tb).accumulating(), types);
          check(Gemm.batched(3, 4, 6, 5, ta, tb), types);
        }
        int m = 4;
        int n = 3;
        int k = 5;
        check(new Gemm(m, n, k, new Gemm.Operand(ta, 9, 50), new Gemm.Operand(tb, 8, 0), 6, 2, true), Types.F32);
      }
    }
  }

  @Test
  void sizesOfZero() {
    check(Gemm.of(0, 3, 2, false, false), Types.F32);
    check(Gemm.batched(0, 3, 2, 2, false, false), Types.F32);
    check(Gemm.of(2, 3, 0, false, true), Types.F32);
    check(Gemm.of(2, 3, 0, false, true).accumulating(), Types.F32);
    check(new Gemm(2, 3, 0, new Gemm.Operand(false, 0, 0), new Gemm.Operand(false, 3, 0), 5, 1, false), Types.BF16);
    assertEquals(0, cuda.calls("cublasGemmEx"));
  }

  @Test
  void badInputIsTold() {
    assertThrows(IllegalArgumentException.class, () -> Gemm.of(-1, 2, 3, false, false));
    assertThrows(IllegalArgumentException.class,
        () -> new Gemm(2, 3, 4, new Gemm.Operand(false, 3, 0), new Gemm.Operand(false, 3, 0), 3, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new Types(ElementType.F32, ElementType.BF16));
    Gemm shape = Gemm.of(2, 2, 2, false, false);
    try (DeviceBlock x = pool.allocate(16)) {
      MemorySegment good = x.segment();
      var e = assertThrows(IllegalArgumentException.class,
          () -> blas.gemm(shape, Types.F32, good, good.asSlice(4), good));
      assertEquals("B: expected 4 elements of F32, got 12 bytes", e.getMessage());
      assertThrows(IllegalArgumentException.class,
          () -> blas.gemm(shape, Types.F32, good, MemorySegment.ofArray(new float[4]), good));
      cuda.failCall("cublasGemmEx", 1, Cublas.CUBLAS_STATUS_EXECUTION_FAILED());
      BlasException b = assertThrows(BlasException.class, () -> blas.gemm(shape, Types.F32, good, good, good));
      assertEquals("CUBLAS_STATUS_EXECUTION_FAILED", b.name());
      assertTrue(b.call().contains("m=2"), b.call());
    }
    blas.close();
    assertThrows(IllegalStateException.class,
        () -> blas.gemm(shape, Types.F32, MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL));
  }

  @Test
  void handlesThatCantBeMadeLeaveNothing() {
    for (String call : List.of("cublasCreate_v2", "cublasSetStream_v2", "cublasSetWorkspace_v2")) {
      cuda.failCall(call, 1, Cublas.CUBLAS_STATUS_ALLOC_FAILED());
      Map<String, Long> before = cuda.live();
      long live = pool.statistics().live();
      assertThrows(BlasException.class, () -> Blas.of(pool), call);
      pool.trim();
      assertEquals(live, pool.statistics().live(), call);
      assertEquals(before, cuda.live(), call);
    }
  }

  private void checkEpilogue(Epilogue epilogue, boolean ta, boolean tb) {
    Gemm s = Gemm.of(5, 8, 6, ta, tb);
    float[] a = numbers(30);
    float[] b = numbers(48);
    float[] bias = numbers(8);
    float[] product = expected(s, a, b, new float[40]);
    boolean hasBias = epilogue == Epilogue.BIAS || epilogue == Epilogue.BIAS_RELU;
    boolean relu = epilogue == Epilogue.RELU || epilogue == Epilogue.BIAS_RELU;
    for (int i = 0; i < product.length; i++) {
      product[i] += hasBias ? bias[i % 8] : 0;
      product[i] = relu ? Math.max(0, product[i]) : product[i];
    }
    try (DeviceBlock da = up(ElementType.F32, a);
        DeviceBlock db = up(ElementType.F32, b);
        DeviceBlock dc = pool.allocate(160);
        DeviceBlock dv = up(ElementType.F32, bias)) {
      MemorySegment vector = hasBias ? dv.segment() : MemorySegment.NULL;
      lt.matmul(s, Types.F32, epilogue, BlasLt.Operands.of(da.segment(), db.segment(), dc.segment(), vector));
      assertEquals(boxed(product), boxed(down(ElementType.F32, dc)), epilogue + " " + s);
    }
  }

  @Test
  void epiloguesOfForward() {
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        for (Epilogue e : List.of(Epilogue.NONE, Epilogue.BIAS, Epilogue.RELU, Epilogue.BIAS_RELU)) {
          checkEpilogue(e, ta, tb);
        }
      }
    }
    long proposals = cuda.calls("cublasLtMatmulAlgoGetHeuristic");
    checkEpilogue(Epilogue.BIAS, false, true);
    assertEquals(proposals, cuda.calls("cublasLtMatmulAlgoGetHeuristic"), "put together once");
    assertTrue(lt.supports(Gemm.of(2, 8, 4, false, true), Types.BF16, Epilogue.BIAS_GELU));
  }

  @Test
  void reluSavesWhatBackwardNeeds() {
    Gemm forward = Gemm.of(5, 8, 6, false, true);
    float[] x = numbers(30);
    float[] w = numbers(48);
    float[] y = expected(forward, x, w, new float[40]);
    Gemm backward = Gemm.of(5, 8, 3, false, false);
    float[] g = numbers(15);
    float[] v = numbers(24);
    float[] dy = expected(backward, g, v, new float[40]);
    float[] sums = new float[8];
    for (int i = 0; i < 40; i++) {
      dy[i] = y[i] > 0 ? dy[i] : 0;
      sums[i % 8] += dy[i];
    }
    long bytes = Epilogue.BIAS_RELU_SAVING.savedBytes(forward, Types.F32);
    assertEquals(80, bytes);
    try (DeviceBlock dx = up(ElementType.F32, x);
        DeviceBlock dw = up(ElementType.F32, w);
        DeviceBlock out = pool.allocate(160);
        DeviceBlock vector = up(ElementType.F32, new float[8]);
        DeviceBlock saved = pool.allocate(bytes);
        DeviceBlock dg = up(ElementType.F32, g);
        DeviceBlock dv = up(ElementType.F32, v)) {
      lt.matmul(forward, Types.F32, Epilogue.BIAS_RELU_SAVING,
          new BlasLt.Operands(dx.segment(), dw.segment(), out.segment(), vector.segment(), saved.segment()));
      lt.matmul(backward, Types.F32, Epilogue.RELU_BACKWARD,
          new BlasLt.Operands(dg.segment(), dv.segment(), out.segment(), vector.segment(), saved.segment()));
      assertEquals(boxed(dy), boxed(down(ElementType.F32, out)));
      assertEquals(boxed(sums), boxed(down(ElementType.F32, vector)));
    }
  }

  @Test
  void theGradientsOfWeightAndBiasComeAtOnce() {
    Gemm s = Gemm.of(4, 6, 5, true, false);
    float[] dy = numbers(20);
    float[] x = numbers(30);
    float[] sums = new float[4];
    for (int i = 0; i < 20; i++) {
      sums[i % 4] += dy[i];
    }
    try (DeviceBlock a = up(ElementType.F32, dy);
        DeviceBlock b = up(ElementType.F32, x);
        DeviceBlock c = pool.allocate(96);
        DeviceBlock v = pool.allocate(16)) {
      lt.matmul(s, Types.F32, Epilogue.ROW_SUMS,
          BlasLt.Operands.of(a.segment(), b.segment(), c.segment(), v.segment()));
      assertEquals(boxed(expected(s, dy, x, new float[24])), boxed(down(ElementType.F32, c)));
      assertEquals(boxed(sums), boxed(down(ElementType.F32, v)));
    }
  }

  @Test
  void badInputOfEpiloguesIsTold() {
    try (DeviceBlock block = pool.allocate(1024)) {
      MemorySegment m = block.segment();
      Gemm s = Gemm.of(4, 4, 4, false, false);
      var e = assertThrows(IllegalArgumentException.class,
          () -> lt.matmul(s, Types.F32, Epilogue.BIAS, BlasLt.Operands.of(m, m, m, MemorySegment.NULL)));
      assertTrue(e.getMessage().contains("vector of BIAS: expected 4 elements"), e.getMessage());
      assertThrows(IllegalArgumentException.class,
          () -> lt.matmul(s, Types.F32, Epilogue.BIAS_RELU_SAVING, BlasLt.Operands.of(m, m, m, m)));
      assertThrows(IllegalArgumentException.class,
          () -> lt.matmul(Gemm.of(4, 4, 0, false, false), Types.F32, Epilogue.BIAS, BlasLt.Operands.of(m, m, m, m)));
      assertThrows(IllegalArgumentException.class, () -> lt.matmul(Gemm.batched(2, 4, 4, 4, false, false), Types.F32,
          Epilogue.BIAS, BlasLt.Operands.of(m, m, m, m)));
      cuda.failCall("cublasLtMatmul", 1, Cublas.CUBLAS_STATUS_EXECUTION_FAILED());
      assertThrows(BlasException.class,
          () -> lt.matmul(s, Types.F32, Epilogue.BIAS, BlasLt.Operands.of(m, m, m, m)));
      for (String call : List.of("cublasLtMatrixLayoutCreate", "cublasLtMatmulPreferenceCreate",
          "cublasLtMatmulDescSetAttribute", "cublasLtMatmulAlgoGetHeuristic")) {
        Map<String, Long> before = cuda.live();
        cuda.failCall(call, 2, Cublas.CUBLAS_STATUS_ALLOC_FAILED());
        cuda.failCall(call, 1, Cublas.CUBLAS_STATUS_ALLOC_FAILED());
        assertThrows(BlasException.class,
            () -> lt.matmul(Gemm.of(3, 2, 1, false, false), Types.F32, Epilogue.RELU,
                BlasLt.Operands.of(m, m, m, MemorySegment.NULL)));
        assertEquals(before, cuda.live(), call);
      }
    }
  }
}

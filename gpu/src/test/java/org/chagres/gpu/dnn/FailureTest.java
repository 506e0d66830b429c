package org.chagres.gpu.dnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.chagres.bindings.NativeException;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaGraph;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.blas.Blas;
import org.chagres.gpu.blas.BlasLt;
import org.chagres.gpu.blas.Epilogue;
import org.chagres.gpu.blas.Gemm;
import org.chagres.gpu.blas.Types;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.KernelLibraries;
import org.chagres.gpu.kernel.StreamLauncher;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.PinnedMemory;
import org.chagres.gpu.memory.UploadSlot;
import org.chagres.gpu.memory.Workspace;
import org.junit.jupiter.api.Test;

/** Whichever call of the libraries fails, an exception tells, and closing the device leaves nothing behind. */
class FailureTest {

  /**
   * Those that give back, whose failure leaves what they were to give back; texts and versions, which return no status;
   * an end of capture that did not take place.
   */
  private static final Pattern LEFT_OUT = Pattern.compile(
      ".*(Destroy|Free|Unregister|Unload|ErrorName|ErrorString|StatusName|StatusString|Version|LastError|EndCapture"
          + "|LastErrorString|GetProperty).*");

  /** One of everything that needs no kernels of ours. */
  private static void scenario(CudaDevice device) {
    CudaStream stream = device.stream();
    DevicePool pool = DevicePool.of(stream);
    Workspace workspace = Workspace.of(pool);
    StreamLauncher launcher = new StreamLauncher(KernelLibraries.of(device), workspace);
    Blas blas = Blas.of(pool);
    BlasLt lt = BlasLt.of(workspace);
    Convolutions convolutions = Convolutions.of(workspace, launcher);
    convolutions.tune(2);
    PinnedMemory host = PinnedMemory.allocate(device, 64);
    UploadSlot slot = UploadSlot.of(pool, device.newStream("copies"), 64);
    slot.fill(host, 64);
    DeviceBlock x = pool.allocate(64);
    Copies.copy(x.segment(), slot.read(stream), stream);
    slot.release(stream);
    DeviceBlock y = pool.allocate(64);
    DeviceBlock w = pool.allocate(64);
    Copies.fill(w.segment(), (byte) 0, stream);
    Gemm product = Gemm.of(2, 2, 2, false, false);
    ConvGeometry g = ConvGeometry.of(1, 1, 4, 4, 1, 3, 1, 1);
    Runnable step = () -> {
      blas.gemm(product, Types.F32, x.segment(), w.segment(), y.segment());
      blas.gemm(Gemm.batched(2, 2, 2, 2, true, false), Types.F32, x.segment(), w.segment(), y.segment());
      lt.matmul(product, Types.F32, Epilogue.BIAS,
          BlasLt.Operands.of(x.segment(), w.segment(), y.segment(), w.segment()));
      convolutions.run(ConvOp.BACKWARD_DATA, g, ElementType.F32,
          ConvMemory.of(y.segment(), w.segment(), x.segment()));
    };
    step.run();
    CudaGraph graph = stream.capture(step);
    graph.upload();
    graph.launch();
    graph.update(step);
    graph.launch();
    host.download(y.segment(), stream);
    host.copied().synchronize();
    stream.isDone();
    w.close();
    pool.trim();
    device.synchronize();
  }

  private static List<Throwable> run() {
    List<Throwable> failures = new ArrayList<>();
    try (CudaDevice device = CudaDevice.of(0)) {
      scenario(device);
    } catch (RuntimeException e) {
      failures.add(e);
    }
    return failures;
  }

  @Test
  void whateverFailsNothingIsLeft() {
    Map<String, Long> counts;
    try (var cuda = FakeCuda.install()) {
      assertEquals(List.of(), run());
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
      counts = cuda.counts();
    }
    int told = 0;
    for (var entry : counts.entrySet()) {
      String function = entry.getKey();
      if (LEFT_OUT.matcher(function).matches()) {
        continue;
      }
      int count = Math.toIntExact(entry.getValue());
      for (int n : new TreeSet<>(List.of(1, count / 2 + 1, count))) {
        int code = function.startsWith("cuda") ? 999 : function.startsWith("cudnn") ? 4000 : 14;
        try (var cuda = FakeCuda.builder().failCall(function, n, code).install()) {
          List<Throwable> failures = run();
          String what = function + " at call " + n + ": " + failures;
          assertEquals(Map.of(), cuda.live(), what);
          assertEquals(List.of(), cuda.problems(), what);
          assertTrue(failures.stream().allMatch(
              e -> e instanceof NativeException || e instanceof IllegalStateException), what);
          told += failures.size();
        }
      }
    }
    assertTrue(told > 60, told + " failures were told");
  }

  @Test
  void lackOfMemoryAtAnyAllocationIsTold() {
    int told = 0;
    for (int n = 1; n < 12; n++) {
      try (var cuda = FakeCuda.install()) {
        // Twice: the pool empties itself and asks once more.
        cuda.oomAtAllocation(n);
        cuda.oomAtAllocation(n + 1);
        List<Throwable> failures = run();
        assertEquals(Map.of(), cuda.live(), failures.toString());
        assertEquals(List.of(), cuda.problems(), failures.toString());
        told += failures.size();
      }
    }
    assertTrue(told > 4, told + " failures were told");
  }
}

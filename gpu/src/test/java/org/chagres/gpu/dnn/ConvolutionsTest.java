package org.chagres.gpu.dnn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaGraph;
import org.chagres.gpu.emulator.Emulator;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.KernelLibraries;
import org.chagres.gpu.kernel.StreamLauncher;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.Workspace;
import org.chagres.simd.reference.ReferenceConv;
import org.chagres.simd.shape.ConvShape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Convolutions through the fake cuDNN against the oracle, with PyTorch's filters packed by our kernels. */
class ConvolutionsTest {

  private static final Size ONE = Size.of(1);

  private static final List<ConvGeometry> SHAPES = List.of(ConvGeometry.of(2, 3, 5, 6, 4, 3, 1, 1),
      ConvGeometry.of(1, 4, 6, 5, 8, 1, 1, 0), ConvGeometry.of(2, 5, 9, 7, 3, 3, 2, 1),
      new ConvGeometry(2, 4, 9, 8, 6, new Size(3, 2), new Size(1, 2), new Size(0, 1), new Size(2, 1), 1),
      new ConvGeometry(1, 6, 5, 5, 9, Size.of(3), ONE, ONE, ONE, 3),
      new ConvGeometry(1, 8, 5, 5, 8, Size.of(3), ONE, ONE, ONE, 8));

  private final Arena arena = Arena.ofAuto();
  private final Random random = new Random(11);
  private FakeCuda cuda;
  private CudaDevice device;
  private DevicePool pool;
  private Convolutions convolutions;
  private FilterPacking packing;

  @BeforeEach
  void open() {
    Assumptions.assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().orElse(""));
    cuda = FakeCuda.install();
    device = CudaDevice.of(0);
    pool = DevicePool.of(device.stream());
    Workspace workspace = Workspace.of(pool);
    StreamLauncher launcher = new StreamLauncher(KernelLibraries.of(device), workspace);
    convolutions = Convolutions.of(workspace, launcher);
    packing = new FilterPacking(launcher);
  }

  @AfterEach
  void nothingIsLeft() {
    if (cuda == null) {
      return;
    }
    device.close();
    Map<String, Long> live = cuda.live();
    List<String> problems = cuda.problems();
    cuda.close();
    assertEquals(Map.of(), live);
    assertEquals(List.of(), problems);
  }

  private static ConvShape shape(ConvGeometry g) {
    return new ConvShape(g.n(), g.c(), g.h(), g.w(), g.k(), size(g.kernel()), size(g.stride()), size(g.padding()),
        size(g.dilation()), g.groups());
  }

  private static org.chagres.simd.shape.Size size(Size s) {
    return new org.chagres.simd.shape.Size(s.h(), s.w());
  }

  private MemorySegment numbers(long count) {
    MemorySegment host = arena.allocate(4 * count, 64);
    for (long i = 0; i < count; i++) {
      host.setAtIndex(JAVA_FLOAT, i, random.nextInt(-3, 4));
    }
    return host;
  }

  private DeviceBlock up(MemorySegment host) {
    DeviceBlock block = pool.allocate(host.byteSize());
    Copies.upload(block.segment(), host, device.stream());
    return block;
  }

  private void check(String what, double[] expected, MemorySegment memory) {
    MemorySegment host = arena.allocate(memory.byteSize(), 4);
    Copies.download(host, memory, device.stream());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], host.getAtIndex(JAVA_FLOAT, i), 1e-4, what + " at " + i);
    }
  }

  @Test
  void forwardAndBothGradientsAreTheOracles() {
    for (ConvGeometry g : SHAPES) {
      MemorySegment x = numbers(g.xCount());
      MemorySegment w = numbers(g.wCount());
      MemorySegment y = numbers(g.yCount());
      MemorySegment bias = numbers(g.k());
      DeviceBlock dx = up(x);
      DeviceBlock dw = up(w);
      DeviceBlock packed = pool.allocate(dw.bytes());
      DeviceBlock dy = up(y);
      device.run(() -> packing.pack(g, ElementType.F32, dw.segment(), packed.segment()));
      DeviceBlock out = pool.allocate(dy.bytes());
      ConvMemory memory =
          new ConvMemory(dx.segment(), packed.segment(), out.segment(), up(bias).segment());
      convolutions.run(ConvOp.FORWARD, g, ElementType.F32, memory);
      check("y of " + g, ReferenceConv.forward(shape(g), x, w, MemorySegment.NULL), out.segment());
      double[] expected = ReferenceConv.forward(shape(g), x, w, bias);
      convolutions.run(ConvOp.FORWARD_BIAS, g, ElementType.F32, memory);
      check("y with bias of " + g, expected, out.segment());
      convolutions.run(ConvOp.FORWARD_BIAS_RELU, g, ElementType.F32, memory);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Math.max(0, expected[i]);
      }
      check("y with bias and ReLU of " + g, expected, out.segment());
      DeviceBlock gradient = pool.allocate(dx.bytes());
      convolutions.run(ConvOp.BACKWARD_DATA, g, ElementType.F32,
          ConvMemory.of(gradient.segment(), packed.segment(), dy.segment()));
      check("dx of " + g, ReferenceConv.backwardData(shape(g), y, w), gradient.segment());
      convolutions.run(ConvOp.BACKWARD_FILTER, g, ElementType.F32,
          ConvMemory.of(dx.segment(), packed.segment(), dy.segment()));
      device.run(() -> packing.unpack(g, ElementType.F32, packed.segment(), dw.segment()));
      check("dw of " + g, ReferenceConv.backwardFilter(shape(g), x, y), dw.segment());
    }
  }

  @Test
  void bf16RoundTripOfFiltersIsExactForSmallNumbers() {
    ConvGeometry g = SHAPES.get(0);
    MemorySegment w = numbers(g.wCount());
    DeviceBlock dw = up(w);
    DeviceBlock packed = pool.allocate(2 * g.wCount());
    DeviceBlock back = pool.allocate(4 * g.wCount());
    device.run(() -> {
      packing.pack(g, ElementType.BF16, dw.segment(), packed.segment());
      packing.unpack(g, ElementType.BF16, packed.segment(), back.segment());
    });
    double[] expected = new double[(int) g.wCount()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = w.getAtIndex(JAVA_FLOAT, i);
    }
    check("filter", expected, back.segment());
  }

  @Test
  void plansAreMadeOnceAndBindingsComeAgain() {
    ConvGeometry g = SHAPES.get(0);
    DeviceBlock x = up(numbers(g.xCount()));
    DeviceBlock w = up(numbers(g.wCount()));
    List<DeviceBlock> outs = IntStream.range(0, 10).mapToObj(i -> pool.allocate(4 * g.yCount())).toList();
    convolutions.run(ConvOp.FORWARD, g, ElementType.F32,
        ConvMemory.of(x.segment(), w.segment(), outs.getFirst().segment()));
    long made = cuda.calls("cudnnBackendCreateDescriptor");
    for (int i = 0; i < 5; i++) {
      convolutions.run(ConvOp.FORWARD, g, ElementType.F32,
          ConvMemory.of(x.segment(), w.segment(), outs.getFirst().segment()));
    }
    assertEquals(made, cuda.calls("cudnnBackendCreateDescriptor"));
    for (DeviceBlock out : outs) {
      convolutions.run(ConvOp.FORWARD, g, ElementType.F32, ConvMemory.of(x.segment(), w.segment(), out.segment()));
    }
    assertEquals(made + 9, cuda.calls("cudnnBackendCreateDescriptor"), "a binding for each further memory");
    Runnable task = () -> convolutions.run(ConvOp.FORWARD, g, ElementType.F32,
        ConvMemory.of(x.segment(), w.segment(), outs.getFirst().segment()));
    try (CudaGraph graph = device.stream().capture(task)) {
      graph.launch();
    }
    var e = assertThrows(IllegalStateException.class, () -> device.stream().capture(() -> {
      convolutions.deterministic(true);
      task.run();
    }));
    assertTrue(e.getMessage().startsWith("making a plan for the convolution FORWARD"), e.getMessage());
  }

  @Test
  void biasAndReluAreDoneAfterwardsWhereCudnnCantOnTheWay() {
    ConvGeometry g = SHAPES.get(0);
    MemorySegment x = numbers(g.xCount());
    MemorySegment w = numbers(g.wCount());
    MemorySegment bias = numbers(g.k());
    DeviceBlock filter = up(w);
    DeviceBlock packed = pool.allocate(filter.bytes());
    device.run(() -> packing.pack(g, ElementType.F32, filter.segment(), packed.segment()));
    DeviceBlock y = pool.allocate(4 * g.yCount());
    ConvMemory memory =
        new ConvMemory(up(x).segment(), packed.segment(), y.segment(), up(bias).segment());
    double[] expected = ReferenceConv.forward(shape(g), x, w, bias);
    for (ConvOp op : List.of(ConvOp.FORWARD_BIAS, ConvOp.FORWARD_BIAS_RELU)) {
      // Within the graph of operations.
      cuda.failCall("cudnnBackendFinalize", 10, Cudnn.CUDNN_STATUS_NOT_SUPPORTED() + 1);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = op == ConvOp.FORWARD_BIAS ? expected[i] : Math.max(0, expected[i]);
      }
      long launches = cuda.calls("cudaLaunchKernel");
      convolutions.run(op, g, ElementType.F32, memory);
      assertEquals(launches + (op == ConvOp.FORWARD_BIAS ? 1 : 2), cuda.calls("cudaLaunchKernel"));
      check(op.name(), expected, y.segment());
    }
  }

  @Test
  void tuningTimesSeveralAndKeepsOne() {
    ConvGeometry g = SHAPES.get(0);
    convolutions.tune(4);
    convolutions.allowTf32(true);
    DeviceBlock x = up(numbers(g.xCount()));
    DeviceBlock w = up(numbers(g.wCount()));
    DeviceBlock y = pool.allocate(4 * g.yCount());
    convolutions.run(ConvOp.FORWARD, g, ElementType.F32, ConvMemory.of(x.segment(), w.segment(), y.segment()));
    assertTrue(cuda.calls("cudnnBackendExecute") > 1);
    long executed = cuda.calls("cudnnBackendExecute");
    convolutions.run(ConvOp.FORWARD, g, ElementType.F32, ConvMemory.of(x.segment(), w.segment(), y.segment()));
    assertEquals(executed + 1, cuda.calls("cudnnBackendExecute"));
    assertThrows(IllegalArgumentException.class, () -> convolutions.tune(0));
  }

  @Test
  void badInputIsTold() {
    assertThrows(IllegalArgumentException.class, () -> ConvGeometry.of(0, 1, 1, 1, 1, 1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> ConvGeometry.of(1, 1, 2, 2, 1, 3, 1, 0));
    assertThrows(IllegalArgumentException.class,
        () -> new ConvGeometry(1, 4, 4, 4, 4, ONE, ONE, Size.of(0), ONE, 3));
    ConvGeometry g = SHAPES.get(1);
    DeviceBlock small = pool.allocate(16);
    DeviceBlock x = pool.allocate(4 * g.xCount());
    DeviceBlock w = pool.allocate(4 * g.wCount());
    DeviceBlock y = pool.allocate(4 * g.yCount());
    var e = assertThrows(IllegalArgumentException.class, () -> convolutions.run(ConvOp.FORWARD, g, ElementType.F32,
        ConvMemory.of(x.segment(), small.segment(), y.segment())));
    assertEquals("convolution's w: expected 32 elements of F32, got 16 bytes", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> convolutions.run(ConvOp.FORWARD_BIAS, g, ElementType.F32,
        ConvMemory.of(x.segment(), w.segment(), y.segment())));
    assertThrows(IllegalArgumentException.class, () -> convolutions.run(ConvOp.FORWARD, g, ElementType.F64,
        ConvMemory.of(large(x), large(w), large(y))));
    int channels = 0;
    for (String call : List.of("cudnnBackendExecute", "cudnnBackendCreateDescriptor", "cudnnBackendSetAttribute",
        "cudnnBackendGetAttribute")) {
      cuda.failCall(call, 1, Cudnn.CUDNN_STATUS_INTERNAL_ERROR());
      ConvGeometry other = ConvGeometry.of(1, 2, 4, 4, ++channels, 1, 1, 0);
      DnnException d = assertThrows(DnnException.class, () -> convolutions.run(ConvOp.FORWARD, other, ElementType.F32,
          ConvMemory.of(x.segment(), w.segment(), y.segment())), call);
      assertTrue(d.call().startsWith(call) && d.name().equals("CUDNN_STATUS_INTERNAL_ERROR"), d.getMessage());
    }
    convolutions.close();
    assertThrows(IllegalStateException.class, () -> convolutions.run(ConvOp.FORWARD, g, ElementType.F32,
        ConvMemory.of(x.segment(), w.segment(), y.segment())));
  }

  /** More than there is, for a size that is not looked at. */
  private static MemorySegment large(DeviceBlock block) {
    return MemorySegment.ofAddress(block.segment().address()).reinterpret(9999);
  }
}

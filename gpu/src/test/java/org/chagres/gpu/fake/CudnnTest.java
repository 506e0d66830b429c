package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.bindings.cudnn.Cudnn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Convolutions of the fake cuDNN against the sum over a window, and what its descriptors refuse. */
class CudnnTest {

  /** Two images of 4 × 5 × 6, two groups, six output channels, a filter of 3 × 2. */
  private static final long[] X = {2, 4, 5, 6};
  private static final long[] W = {6, 2, 3, 2};
  private static final long[] Y = {2, 6, 3, 5};
  private static final int[] STRIDES = {2, 1};
  private static final int[] PADDINGS = {2, 1};
  private static final int[] DILATIONS = {2, 3};

  private final Kit kit = new Kit();

  private MemorySegment make(int type) {
    return kit.made(out -> cudnnBackendCreateDescriptor(type, out));
  }

  private int put(MemorySegment descriptor, int attribute, int type, int count, MemorySegment values) {
    return cudnnBackendSetAttribute(descriptor, attribute, type, count, values);
  }

  private void longs(MemorySegment descriptor, int attribute, long... values) {
    assertEquals(0, put(descriptor, attribute, CUDNN_TYPE_INT64(), values.length,
        kit.arena().allocateFrom(JAVA_LONG, values)));
  }

  private void choice(MemorySegment descriptor, int attribute, int type, int value) {
    assertEquals(0, put(descriptor, attribute, type, 1, kit.arena().allocateFrom(JAVA_INT, value)));
  }

  private void refer(MemorySegment descriptor, int attribute, MemorySegment... values) {
    assertEquals(0, put(descriptor, attribute, CUDNN_TYPE_BACKEND_DESCRIPTOR(), values.length,
        kit.pointers(values)));
  }

  private static MemorySegment done(MemorySegment descriptor) {
    assertEquals(0, cudnnBackendFinalize(descriptor));
    return descriptor;
  }

  /** Channels last. */
  private MemorySegment tensor(long id, boolean virtual, long... dims) {
    MemorySegment tensor = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR());
    choice(tensor, CUDNN_ATTR_TENSOR_DATA_TYPE(), CUDNN_TYPE_DATA_TYPE(), CUDNN_DATA_FLOAT());
    longs(tensor, CUDNN_ATTR_TENSOR_DIMENSIONS(), dims);
    longs(tensor, CUDNN_ATTR_TENSOR_STRIDES(), dims[1] * dims[2] * dims[3], 1, dims[3] * dims[1], dims[1]);
    longs(tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID(), id);
    longs(tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT(), 16);
    assertEquals(0, put(tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL(), CUDNN_TYPE_BOOLEAN(), 1,
        kit.arena().allocateFrom(JAVA_BYTE, (byte) (virtual ? 1 : 0))));
    return done(tensor);
  }

  private static long[] wide(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private MemorySegment convolution() {
    MemorySegment convolution = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR());
    choice(convolution, CUDNN_ATTR_CONVOLUTION_COMP_TYPE(), CUDNN_TYPE_DATA_TYPE(), CUDNN_DATA_FLOAT());
    choice(convolution, CUDNN_ATTR_CONVOLUTION_CONV_MODE(), CUDNN_TYPE_CONVOLUTION_MODE(), CUDNN_CROSS_CORRELATION());
    longs(convolution, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS(), 2);
    longs(convolution, CUDNN_ATTR_CONVOLUTION_DILATIONS(), wide(DILATIONS));
    longs(convolution, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES(), wide(STRIDES));
    longs(convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS(), wide(PADDINGS));
    longs(convolution, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS(), wide(PADDINGS));
    return done(convolution);
  }

  private MemorySegment forward(long y, boolean virtual) {
    MemorySegment operation = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR());
    refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC(), convolution());
    refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X(), tensor(1, false, X));
    refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W(), tensor(2, false, W));
    refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y(), tensor(y, virtual, Y));
    return done(operation);
  }

  private MemorySegment pointwise(int mode, MemorySegment x, MemorySegment y, MemorySegment... b) {
    MemorySegment pointwise = make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR());
    choice(pointwise, CUDNN_ATTR_POINTWISE_MODE(), CUDNN_TYPE_POINTWISE_MODE(), mode);
    choice(pointwise, CUDNN_ATTR_POINTWISE_MATH_PREC(), CUDNN_TYPE_DATA_TYPE(), CUDNN_DATA_FLOAT());
    MemorySegment operation = make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR());
    refer(operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR(), done(pointwise));
    refer(operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC(), x);
    refer(operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC(), y);
    for (MemorySegment other : b) {
      refer(operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC(), other);
    }
    return done(operation);
  }

  /** The configurations that a heuristic proposes. */
  private MemorySegment[] proposals(int mode, MemorySegment... operations) {
    MemorySegment graph = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR());
    refer(graph, CUDNN_ATTR_OPERATIONGRAPH_OPS(), operations);
    MemorySegment heuristic = make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR());
    refer(heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH(), done(graph));
    choice(heuristic, CUDNN_ATTR_ENGINEHEUR_MODE(), CUDNN_TYPE_HEUR_MODE(), mode);
    done(heuristic);
    int results = CUDNN_ATTR_ENGINEHEUR_RESULTS();
    int type = CUDNN_TYPE_BACKEND_DESCRIPTOR();
    MemorySegment count = kit.arena().allocate(JAVA_LONG);
    assertEquals(0, cudnnBackendGetAttribute(heuristic, results, type, 0, count, MemorySegment.NULL));
    MemorySegment[] made = new MemorySegment[(int) count.get(JAVA_LONG, 0)];
    Arrays.setAll(made, i -> make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR()));
    assertEquals(0, cudnnBackendGetAttribute(heuristic, results, type, made.length, count,
        kit.pointers(made)));
    return made;
  }

  private MemorySegment plan(MemorySegment handle, MemorySegment configuration) {
    MemorySegment plan = make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR());
    refer(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG(), configuration);
    assertEquals(0, put(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE(), CUDNN_TYPE_HANDLE(), 1,
        kit.pointers(handle)));
    return done(plan);
  }

  private long workspace(MemorySegment plan) {
    MemorySegment bytes = kit.arena().allocate(JAVA_LONG);
    assertEquals(0, cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE(), CUDNN_TYPE_INT64(), 1,
        kit.arena().allocate(JAVA_LONG), bytes));
    return bytes.get(JAVA_LONG, 0);
  }

  /** Binds memory to the tensors 1, 2, ... */
  private MemorySegment pack(MemorySegment workspace, MemorySegment... memory) {
    MemorySegment pack = make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR());
    longs(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS(),
        LongStream.rangeClosed(1, memory.length).toArray());
    int pointer = CUDNN_TYPE_VOID_PTR();
    assertEquals(0, put(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS(), pointer, memory.length,
        kit.pointers(memory)));
    assertEquals(0, put(pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE(), pointer, 1,
        kit.pointers(workspace)));
    return done(pack);
  }

  /** Runs a graph on its last proposal. */
  private void run(MemorySegment[] operations, MemorySegment... memory) {
    MemorySegment handle = kit.made(out -> cudnnCreate(out));
    MemorySegment plan = plan(handle, proposals(CUDNN_HEUR_MODE_FALLBACK(), operations)[0]);
    assertEquals(0, cudnnBackendExecute(handle, plan, pack(kit.memory(workspace(plan)), memory)));
  }

  private interface Term {
    void add(int x, int w, int y);
  }

  /** Every product of the convolution: places in x, w and y, channels last. */
  private static void terms(Term term) {
    for (int n = 0; n < Y[0]; n++) {
      for (int k = 0; k < Y[1]; k++) {
        for (int p = 0; p < Y[2]; p++) {
          for (int q = 0; q < Y[3]; q++) {
            for (int c = 0; c < W[1]; c++) {
              for (int r = 0; r < W[2]; r++) {
                for (int s = 0; s < W[3]; s++) {
                  int i = p * STRIDES[0] - PADDINGS[0] + r * DILATIONS[0];
                  int j = q * STRIDES[1] - PADDINGS[1] + s * DILATIONS[1];
                  if (i >= 0 && i < X[2] && j >= 0 && j < X[3]) {
                    int channel = k / 3 * 2 + c;
                    term.add(place(X, n, channel, i, j), place(W, k, c, r, s), place(Y, n, k, p, q));
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private static int place(long[] dims, int a, int b, int c, int d) {
    return (int) (((a * dims[2] + c) * dims[3] + d) * dims[1] + b);
  }

  private static int count(long[] dims) {
    return (int) (dims[0] * dims[1] * dims[2] * dims[3]);
  }

  private final float[] x = kit.random(count(X));
  private final float[] w = kit.random(count(W));
  private final float[] dy = kit.random(count(Y));

  @Test
  void forwardWithBiasAndRelu() {
    try (var cuda = FakeCuda.install()) {
      float[] bias = kit.random(6);
      double[] expected = new double[count(Y)];
      terms((i, j, k) -> expected[k] += (double) x[i] * w[j]);
      MemorySegment y = kit.memory(4L * count(Y));
      run(new MemorySegment[] {forward(3, false)}, kit.floats(x), kit.floats(w), y);
      Kit.close(expected, y, "forward");
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Math.max(0, expected[i] + bias[i % 6]);
      }
      MemorySegment fused = kit.memory(4L * count(Y));
      run(new MemorySegment[] {forward(5, true),
        pointwise(CUDNN_POINTWISE_ADD(), tensor(5, true, Y), tensor(6, true, Y), tensor(4, false, 1, 6, 1, 1)),
        pointwise(CUDNN_POINTWISE_RELU_FWD(), tensor(6, true, Y), tensor(3, false, Y))}, kit.floats(x),
          kit.floats(w), fused, kit.floats(bias));
      Kit.close(expected, fused, "bias and ReLU");
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void bothGradients() {
    try (var cuda = FakeCuda.install()) {
      double[] ofX = new double[count(X)];
      double[] ofW = new double[count(W)];
      terms((i, j, k) -> {
        ofX[i] += (double) dy[k] * w[j];
        ofW[j] += (double) dy[k] * x[i];
      });
      MemorySegment data = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR());
      refer(data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC(), convolution());
      refer(data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX(), tensor(1, false, X));
      refer(data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W(), tensor(2, false, W));
      refer(data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY(), tensor(3, false, Y));
      MemorySegment dx = kit.memory(4L * count(X));
      run(new MemorySegment[] {done(data)}, dx, kit.floats(w), kit.floats(dy));
      Kit.close(ofX, dx, "dx");
      MemorySegment filter = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR());
      refer(filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC(), convolution());
      refer(filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X(), tensor(1, false, X));
      refer(filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW(), tensor(2, false, W));
      refer(filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY(), tensor(3, false, Y));
      MemorySegment dw = kit.memory(4L * count(W));
      run(new MemorySegment[] {done(filter)}, kit.floats(x), dw, kit.floats(dy));
      Kit.close(ofW, dw, "dw");
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void enginesTellWhatTheirNumbersAreLike() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment[] configurations = proposals(CUDNN_HEUR_MODE_A(), forward(3, false));
      assertEquals(3, configurations.length);
      MemorySegment engine = make(CUDNN_BACKEND_ENGINE_DESCRIPTOR());
      MemorySegment count = kit.arena().allocate(JAVA_LONG);
      assertEquals(0, cudnnBackendGetAttribute(configurations[0], CUDNN_ATTR_ENGINECFG_ENGINE(),
          CUDNN_TYPE_BACKEND_DESCRIPTOR(), 1, count, kit.pointers(engine)));
      MemorySegment notes = kit.arena().allocate(JAVA_INT, 10);
      assertEquals(0, cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE(),
          CUDNN_TYPE_NUMERICAL_NOTE(), 10, count, notes));
      assertEquals(2, count.get(JAVA_LONG, 0));
      assertEquals(CUDNN_NUMERICAL_NOTE_TENSOR_CORE(), notes.get(JAVA_INT, 0));
    }
  }

  @Test
  void aPlanForADescribedDeviceIsMadeButNotRun() {
    try (var cuda = FakeCuda.builder().devices(0).install()) {
      MemorySegment properties = make(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR());
      MemorySegment json = kit.arena().allocateFrom("{\"deviceVer\":900}");
      assertEquals(0, put(properties, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION(), CUDNN_TYPE_CHAR(),
          (int) json.byteSize(), json));
      MemorySegment plan = make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR());
      refer(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG(), proposals(CUDNN_HEUR_MODE_A(), forward(3, false))[1]);
      refer(plan, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP(), done(properties));
      assertEquals(512, workspace(done(plan)));
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void descriptorsAreChecked() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment tensor = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR());
      assertEquals(CUDNN_STATUS_BAD_PARAM(), cudnnBackendFinalize(tensor));
      MemorySegment text = kit.arena().allocate(200);
      cudnnGetLastErrorString(text, 200);
      assertTrue(text.getString(0).startsWith("cudnnBackendFinalize: a descriptor of type"), text.getString(0));
      assertEquals(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE(), put(tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID(),
          CUDNN_TYPE_FLOAT(), 1, kit.number(1)));
      MemorySegment operation = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR());
      assertEquals(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED(), put(operation,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X(), CUDNN_TYPE_BACKEND_DESCRIPTOR(), 1,
          kit.pointers(tensor)));
      refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC(), convolution());
      refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X(), tensor(1, false, X));
      refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W(), tensor(2, false, W));
      refer(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y(), tensor(3, false, X));
      assertEquals(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH(), cudnnBackendFinalize(operation));
      assertEquals(CUDNN_STATUS_NOT_SUPPORTED(), cudnnCreatePoolingDescriptor(text));
      assertEquals("CUDNN_STATUS_NOT_SUPPORTED", cudnnGetErrorString(CUDNN_STATUS_NOT_SUPPORTED()).getString(0));
    }
  }

  @Test
  void memoryIsChecked() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment handle = kit.made(out -> cudnnCreate(out));
      MemorySegment plan = plan(handle, proposals(CUDNN_HEUR_MODE_A(), forward(3, false))[2]);
      MemorySegment work = kit.memory(workspace(plan));
      MemorySegment ofX = kit.floats(x);
      MemorySegment ofW = kit.floats(w);
      MemorySegment y = kit.memory(4L * count(Y) + 16);
      assertEquals(CUDNN_STATUS_EXECUTION_FAILED(),
          cudnnBackendExecute(handle, plan, pack(MemorySegment.NULL, ofX, ofW, y)));
      assertEquals(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER(),
          cudnnBackendExecute(handle, plan, pack(work, ofX, ofW, y.asSlice(8))));
      assertEquals(CUDNN_STATUS_EXECUTION_FAILED(),
          cudnnBackendExecute(handle, plan, pack(work, ofX, ofW, y.asSlice(32))));
      assertEquals(CUDNN_STATUS_BAD_PARAM(), cudnnBackendExecute(handle, plan, pack(work, ofX, ofW)));
      assertEquals(4, cuda.problems().size(), cuda.problems().toString());
      assertEquals(0, cudnnBackendExecute(handle, plan, pack(work, ofX, ofW, y.asSlice(16))));
      assertEquals(5, cuda.calls("cudnnBackendExecute"));
    }
  }
}

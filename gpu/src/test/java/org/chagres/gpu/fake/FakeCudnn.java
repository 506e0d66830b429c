package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.chagres.bindings.cudnn.Cudnn.CUDNN_STATUS_BAD_PARAM_NULL_POINTER;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.chagres.bindings.Library;

/** cuDNN's handles, versions and texts; {@link CudnnBackend} has the operations. */
final class FakeCudnn {

  /** What there is only in the backend API here: pooling, norms, softmax, dropout; nor nodes for graphs. */
  static final Set<String> LACKING = Set.of("cudnnBackendPopulateCudaGraph", "cudnnBackendUpdateCudaGraph",
      "cudnnCreateTensorDescriptor", "cudnnSetTensor4dDescriptor", "cudnnSetTensor4dDescriptorEx",
      "cudnnSetTensorNdDescriptor", "cudnnDestroyTensorDescriptor", "cudnnCreateActivationDescriptor",
      "cudnnSetActivationDescriptor", "cudnnDestroyActivationDescriptor", "cudnnSoftmaxForward",
      "cudnnSoftmaxBackward", "cudnnCreateDropoutDescriptor", "cudnnSetDropoutDescriptor",
      "cudnnRestoreDropoutDescriptor", "cudnnDestroyDropoutDescriptor", "cudnnDropoutGetStatesSize",
      "cudnnDropoutGetReserveSpaceSize", "cudnnDropoutForward", "cudnnDropoutBackward",
      "cudnnCreatePoolingDescriptor", "cudnnSetPooling2dDescriptor", "cudnnGetPooling2dForwardOutputDim",
      "cudnnDestroyPoolingDescriptor", "cudnnPoolingForward", "cudnnPoolingBackward",
      "cudnnDeriveBNTensorDescriptor", "cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize",
      "cudnnGetBatchNormalizationBackwardExWorkspaceSize", "cudnnGetBatchNormalizationTrainingExReserveSpaceSize",
      "cudnnBatchNormalizationForwardTrainingEx", "cudnnBatchNormalizationBackwardEx",
      "cudnnBatchNormalizationForwardInference");

  /** A handle, which is of the device that was current when it was made. */
  static final class Handle implements Owned {
    private FakeStream stream;

    Handle(FakeStream stream) {
      this.stream = stream;
    }

    FakeStream stream() {
      return stream;
    }

    @Override
    public String kind() {
      return "handle of cuDNN";
    }
  }

  private final Machine machine;

  FakeCudnn(Machine machine) {
    this.machine = machine;
  }

  long cudnnGetVersion() {
    return machine.settings().number(Library.CUDNN);
  }

  long cudnnGetCudartVersion() {
    return 13_000;
  }

  MemorySegment cudnnGetErrorString(int status) {
    return Pointers.text(Family.CUDNN.name(status));
  }

  /** The text is gone once it was read. */
  void cudnnGetLastErrorString(MemorySegment message, long most) {
    if (most < 1) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_NULL_POINTER(), "no room for a text");
    }
    byte[] text = machine.journal().takeText().getBytes(StandardCharsets.UTF_8);
    byte[] cut = Arrays.copyOf(text, (int) Math.min(text.length, most - 1));
    MemorySegment to = Pointers.at(message);
    to.copyFrom(MemorySegment.ofArray(cut));
    to.set(JAVA_BYTE, cut.length, (byte) 0);
  }

  int cudnnCreate(MemorySegment handle) {
    FakeDevice device = machine.current();
    machine.requireNoCapture("cudnnCreate");
    Pointers.putPointer(handle, machine.handles().give(new Handle(device.nullStream())));
    return 0;
  }

  int cudnnDestroy(MemorySegment handle) {
    machine.handles().destroy(Handle.class, handle);
    return 0;
  }

  int cudnnSetStream(MemorySegment handle, MemorySegment stream) {
    machine.handles().get(Handle.class, handle).stream = machine.stream(stream);
    return 0;
  }
}

package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.chagres.bindings.cudart.cudaGraphExecUpdateResultInfo_st;

/** The runtime's functions about capture and graphs. */
final class CudartGraphs {

  private final Machine machine;

  CudartGraphs(Machine machine) {
    this.machine = machine;
  }

  int cudaStreamBeginCapture(MemorySegment stream, int mode) {
    FakeStream of = machine.stream(stream);
    if (of.isNull()) {
      throw new Refusal(cudaErrorStreamCaptureUnsupported(), "the null stream cannot be captured");
    }
    if (of.capture().isPresent()) {
      throw new Refusal(cudaErrorIllegalState(), "the stream is captured already");
    }
    if (mode < cudaStreamCaptureModeGlobal() || mode > cudaStreamCaptureModeRelaxed()) {
      throw Refusal.value("mode of a capture: " + mode);
    }
    machine.begin(new Capture(of, mode, Thread.currentThread()));
    return 0;
  }

  int cudaStreamEndCapture(MemorySegment stream, MemorySegment graph) {
    FakeStream of = machine.stream(stream);
    Pointers.putPointer(graph, MemorySegment.NULL);
    Capture capture = of.capture()
        .orElseThrow(() -> new Refusal(cudaErrorIllegalState(), "the end of a capture that did not begin"));
    List<Work> works;
    try {
      works = capture.end(of, Thread.currentThread());
    } finally {
      if (of.capture().isEmpty()) {
        machine.ended(capture);
      }
    }
    Pointers.putPointer(graph, machine.handles().give(new Graph(works)));
    return 0;
  }

  int cudaStreamIsCapturing(MemorySegment stream, MemorySegment status) {
    Optional<Capture> capture = machine.stream(stream).capture();
    Pointers.putInt(status, capture.isEmpty() ? cudaStreamCaptureStatusNone()
        : capture.get().isInvalid() ? cudaStreamCaptureStatusInvalidated() : cudaStreamCaptureStatusActive());
    return 0;
  }

  int cudaThreadExchangeStreamCaptureMode(MemorySegment mode) {
    int wanted = Pointers.getInt(mode);
    if (wanted < cudaStreamCaptureModeGlobal() || wanted > cudaStreamCaptureModeRelaxed()) {
      throw Refusal.value("mode of a capture: " + wanted);
    }
    Pointers.putInt(mode, machine.thread().captureMode);
    machine.thread().captureMode = wanted;
    return 0;
  }

  int cudaGraphInstantiate(MemorySegment executable, MemorySegment graph, long flags) {
    Graph of = machine.handles().get(Graph.class, graph);
    Pointers.putPointer(executable, machine.handles().give(new Graph.Executable(of.works())));
    return 0;
  }

  /** Succeeds where the same calls were recorded, of the same kernels, whatever their arguments. */
  int cudaGraphExecUpdate(MemorySegment executable, MemorySegment graph, MemorySegment info) {
    Graph.Executable to = machine.handles().get(Graph.Executable.class, executable);
    List<Work> works = machine.handles().get(Graph.class, graph).works();
    int result = compare(to.works(), works);
    MemorySegment out = Pointers.at(info);
    cudaGraphExecUpdateResultInfo_st.result(out, result);
    cudaGraphExecUpdateResultInfo_st.errorNode(out, MemorySegment.NULL);
    cudaGraphExecUpdateResultInfo_st.errorFromNode(out, MemorySegment.NULL);
    if (result != cudaGraphExecUpdateSuccess()) {
      throw new Refusal(cudaErrorGraphExecUpdateFailure());
    }
    to.works(works);
    return 0;
  }

  private static int compare(List<Work> before, List<Work> after) {
    if (before.size() != after.size()) {
      return cudaGraphExecUpdateErrorTopologyChanged();
    }
    for (int i = 0; i < before.size(); i++) {
      if (!before.get(i).name().equals(after.get(i).name())) {
        return cudaGraphExecUpdateErrorNodeTypeChanged();
      }
      if (!before.get(i).what().equals(after.get(i).what())) {
        return cudaGraphExecUpdateErrorParametersChanged();
      }
    }
    return cudaGraphExecUpdateSuccess();
  }

  int cudaGraphUpload(MemorySegment executable, MemorySegment stream) {
    machine.handles().get(Graph.Executable.class, executable);
    machine.submit(Family.CUDART, machine.stream(stream), Work.mark("cudaGraphUpload"));
    return 0;
  }

  int cudaGraphLaunch(MemorySegment executable, MemorySegment stream) {
    Graph.Executable of = machine.handles().get(Graph.Executable.class, executable);
    FakeStream on = machine.stream(stream);
    for (Work work : of.works()) {
      machine.submit(Family.CUDART, on, work);
    }
    return 0;
  }

  int cudaGraphDestroy(MemorySegment graph) {
    machine.handles().destroy(Graph.class, graph);
    return 0;
  }

  int cudaGraphExecDestroy(MemorySegment executable) {
    machine.handles().destroy(Graph.Executable.class, executable);
    return 0;
  }
}

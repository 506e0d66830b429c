package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chagres.bindings.cudart.cudaHostFn_t;

/** The runtime's functions about streams and events. */
final class CudartStreams {

  private final Machine machine;

  CudartStreams(Machine machine) {
    this.machine = machine;
  }

  // ---- streams ----

  int cudaStreamCreateWithFlags(MemorySegment stream, int flags) {
    if (flags != cudaStreamDefault() && flags != cudaStreamNonBlocking()) {
      throw Refusal.value("flags of a stream: " + flags);
    }
    FakeStream made = new FakeStream(machine.current(), flags == cudaStreamDefault());
    Pointers.putPointer(stream, machine.handles().give(made));
    return 0;
  }

  int cudaStreamDestroy(MemorySegment stream) {
    FakeStream of = machine.handles().get(FakeStream.class, stream);
    machine.requireNoCapture(of, "cudaStreamDestroy");
    machine.handles().destroy(FakeStream.class, stream);
    return 0;
  }

  int cudaStreamSynchronize(MemorySegment stream) {
    FakeStream of = machine.stream(stream);
    machine.requireNoCapture(of, "cudaStreamSynchronize");
    machine.await(of);
    machine.known(of.clock());
    of.device().synchronised();
    return 0;
  }

  int cudaStreamQuery(MemorySegment stream) {
    FakeStream of = machine.stream(stream);
    machine.requireNoCapture(of, "cudaStreamQuery");
    if (!of.pending().isDone()) {
      throw new Refusal(cudaErrorNotReady());
    }
    machine.known(of.clock());
    return 0;
  }

  int cudaStreamWaitEvent(MemorySegment stream, MemorySegment event, int flags) {
    FakeStream of = machine.stream(stream);
    Optional<FakeEvent.Point> recorded = machine.handles().get(FakeEvent.class, event).point();
    if (recorded.isEmpty()) {
      return 0;
    }
    FakeEvent.Point point = recorded.get();
    if (point.capture().isPresent()) {
      Capture capture = point.capture().get();
      if (of.capture().isPresent() && of.capture().get() != capture) {
        throw new Refusal(cudaErrorStreamCaptureMerge(), "a captured stream waits for an event of another capture");
      }
      if (!machine.isUnderWay(capture)) {
        throw new Refusal(cudaErrorCapturedEvent(), "the event was recorded in a capture, which has ended");
      }
      capture.join(of, point.clock());
    } else if (of.capture().isPresent()) {
      of.capture().get().invalidate();
      throw new Refusal(cudaErrorStreamCaptureIsolation(), "a captured stream waits for work outside the capture");
    } else {
      of.clock().join(point.clock());
      of.pending(CompletableFuture.allOf(of.pending(), point.pending()));
    }
    return 0;
  }

  int cudaLaunchHostFunc(MemorySegment stream, MemorySegment function, MemorySegment data) {
    Pointers.at(function);
    machine.submit(Family.CUDART, machine.stream(stream),
        new Work("cudaLaunchHostFunc", function.address(), List.of(), true,
            s -> machine.hostFunctions().callLater(s, () -> cudaHostFn_t.invoke(function, data))));
    return 0;
  }

  // ---- events ----

  int cudaEventCreateWithFlags(MemorySegment event, int flags) {
    if ((flags & ~(cudaEventBlockingSync() | cudaEventDisableTiming())) != 0) {
      throw Refusal.value("flags of an event: " + flags);
    }
    FakeEvent made = new FakeEvent(machine.current(), (flags & cudaEventDisableTiming()) == 0);
    Pointers.putPointer(event, machine.handles().give(made));
    return 0;
  }

  int cudaEventDestroy(MemorySegment event) {
    machine.handles().destroy(FakeEvent.class, event);
    return 0;
  }

  int cudaEventRecord(MemorySegment event, MemorySegment stream) {
    FakeEvent of = machine.handles().get(FakeEvent.class, event);
    FakeStream on = machine.stream(stream);
    if (of.device() != on.device()) {
      throw Refusal.handle("an event of device " + of.device().index() + " is recorded on a stream of device "
          + on.device().index());
    }
    if (on.capture().isPresent()) {
      Capture capture = on.capture().get();
      of.record(new FakeEvent.Point(capture.point(on), on.pending(), 0, Optional.of(capture)));
    } else {
      machine.submit(Family.CUDART, on, Work.mark("cudaEventRecord"));
      of.record(new FakeEvent.Point(on.clock().copy(), on.pending(), System.nanoTime(), Optional.empty()));
    }
    return 0;
  }

  /** The point of an event that may be waited for. */
  private Optional<FakeEvent.Point> point(MemorySegment event) {
    Optional<FakeEvent.Point> point = machine.handles().get(FakeEvent.class, event).point();
    point.flatMap(FakeEvent.Point::capture).ifPresent(capture -> {
      capture.invalidate();
      throw new Refusal(cudaErrorCapturedEvent(), "the event was recorded in a capture");
    });
    return point;
  }

  int cudaEventQuery(MemorySegment event) {
    Optional<FakeEvent.Point> point = point(event);
    if (point.isPresent() && !point.get().pending().isDone()) {
      throw new Refusal(cudaErrorNotReady());
    }
    point.ifPresent(p -> machine.known(p.clock()));
    return 0;
  }

  int cudaEventSynchronize(MemorySegment event) {
    point(event).ifPresent(p -> {
      machine.hostFunctions().await(p.pending());
      machine.known(p.clock());
    });
    return 0;
  }

  int cudaEventElapsedTime(MemorySegment milliseconds, MemorySegment start, MemorySegment end) {
    for (MemorySegment event : List.of(start, end)) {
      if (!machine.handles().get(FakeEvent.class, event).hasTiming()) {
        throw Refusal.handle("an event without timing");
      }
    }
    FakeEvent.Point from = point(start).orElseThrow(() -> Refusal.handle("an event that was not recorded"));
    FakeEvent.Point to = point(end).orElseThrow(() -> Refusal.handle("an event that was not recorded"));
    if (!from.pending().isDone() || !to.pending().isDone()) {
      throw new Refusal(cudaErrorNotReady());
    }
    Pointers.putFloat(milliseconds, (to.nanos() - from.nanos()) / 1e6f);
    return 0;
  }
}

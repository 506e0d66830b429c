package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A capture under way: the work of a stream and of those that joined it, recorded instead of done. */
final class Capture {

  private final FakeStream origin;
  private final int mode;
  private final Thread thread;
  private final List<Work> works = new ArrayList<>();
  private final Map<FakeStream, Clock> streams = new LinkedHashMap<>();
  private boolean invalid;

  Capture(FakeStream origin, int mode, Thread thread) {
    this.origin = origin;
    this.mode = mode;
    this.thread = thread;
    join(origin, new Clock());
  }

  void join(FakeStream stream, Clock after) {
    streams.computeIfAbsent(stream, s -> new Clock()).join(after);
    stream.capture(Optional.of(this));
  }

  void add(FakeStream stream, Work work) {
    requireValid();
    works.add(work);
    streams.get(stream).tick(stream);
  }

  Clock point(FakeStream stream) {
    requireValid();
    return streams.get(stream).copy();
  }

  private void requireValid() {
    if (invalid) {
      throw new Refusal(cudaErrorStreamCaptureInvalidated());
    }
  }

  /** After a call that a capture does not allow. */
  void invalidate() {
    invalid = true;
  }

  boolean isInvalid() {
    return invalid;
  }

  /** Whether a stream takes part for which the null stream of a device would have to wait. */
  boolean involvesBlocking(FakeDevice device) {
    return streams.keySet().stream().anyMatch(s -> s.isBlocking() && s.device() == device);
  }

  /** Whether a call that would wait or allocate is forbidden to a thread, by the mode that this thread is in. */
  boolean forbids(Thread caller, int callersMode) {
    boolean own = thread == caller;
    if (mode == cudaStreamCaptureModeRelaxed() || callersMode == cudaStreamCaptureModeRelaxed()) {
      return false;
    }
    return own || mode == cudaStreamCaptureModeGlobal() && callersMode == cudaStreamCaptureModeGlobal();
  }

  void release() {
    streams.keySet().forEach(s -> s.capture(Optional.empty()));
  }

  /** The recorded work, in an order in which it may be done; the streams are free afterwards. */
  List<Work> end(FakeStream stream, Thread caller) {
    if (stream != origin) {
      throw new Refusal(cudaErrorStreamCaptureUnmatched(), "the capture began on another stream");
    }
    if (mode != cudaStreamCaptureModeRelaxed() && caller != thread) {
      throw new Refusal(cudaErrorStreamCaptureWrongThread(), "the capture began on another thread");
    }
    release();
    requireValid();
    Clock end = streams.get(origin);
    if (!streams.values().stream().allMatch(end::covers)) {
      throw new Refusal(cudaErrorStreamCaptureUnjoined(), "a stream that joined the capture was not waited for");
    }
    return List.copyOf(works);
  }
}

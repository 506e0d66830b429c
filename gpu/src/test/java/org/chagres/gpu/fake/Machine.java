package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The state that the libraries share. One call at a time, by its lock. */
final class Machine {

  /** What a thread has of its own. */
  static final class HostThread {
    int device;
    int lastError;
    int captureMode = cudaStreamCaptureModeGlobal();
  }

  private final Settings settings;
  private final Journal journal = new Journal();
  private final ReentrantLock lock = new ReentrantLock();
  private final List<FakeDevice> devices = new ArrayList<>();
  private final Handles handles = new Handles();
  private final DeviceMemory memory = new DeviceMemory(journal);
  private final Map<Long, HostThread> threads = new HashMap<>();
  /** What is known to be done, by all threads together. */
  private final Clock host = new Clock();

  private final Set<Capture> captures = new HashSet<>();
  private final Set<Long> failingAllocations = new HashSet<>();
  private long allocations;
  private final HostFunctions hostFunctions = new HostFunctions(lock);

  Machine(Settings settings) {
    this.settings = settings;
    for (int i = 0; i < settings.devices(); i++) {
      devices.add(new FakeDevice(i, settings.memory()));
    }
  }

  Settings settings() {
    return settings;
  }

  Journal journal() {
    return journal;
  }

  ReentrantLock lock() {
    return lock;
  }

  Handles handles() {
    return handles;
  }

  DeviceMemory memory() {
    return memory;
  }

  List<FakeDevice> devices() {
    return devices;
  }

  HostThread thread() {
    return threads.computeIfAbsent(Thread.currentThread().threadId(), id -> new HostThread());
  }

  HostFunctions hostFunctions() {
    return hostFunctions;
  }

  FakeDevice device(int index) {
    // Without a driver, or with one that is too old, nothing else is looked at.
    if (settings.driver() / 1000 < settings.runtime() / 1000) {
      throw new Refusal(cudaErrorInsufficientDriver());
    }
    if (devices.isEmpty()) {
      throw new Refusal(cudaErrorNoDevice());
    }
    if (index < 0 || index >= devices.size()) {
      throw new Refusal(cudaErrorInvalidDevice());
    }
    return devices.get(index);
  }

  FakeDevice current() {
    return device(thread().device);
  }

  /** The error that broke the current device, or 0. */
  int broken() {
    int index = thread().device;
    return index < devices.size() ? devices.get(index).broken() : 0;
  }

  /** After a call that failed. */
  void failed(int code) {
    thread().lastError = code;
    if (thread().device < devices.size()) {
      devices.get(thread().device).failedWith(code);
    }
  }

  /** The stream of a handle, of which 0 and 1 are the current device's null stream. */
  FakeStream stream(MemorySegment handle) {
    if (handle.address() == 0 || handle.address() == 1) {
      FakeDevice device = current();
      if (captures.stream().anyMatch(c -> c.involvesBlocking(device))) {
        throw new Refusal(cudaErrorStreamCaptureImplicit(), "the null stream is used while a stream is captured");
      }
      return device.nullStream();
    }
    return handles.get(FakeStream.class, handle);
  }

  // ---- work ----

  /** Does work for a library, or records it where the stream is captured. */
  void submit(Family family, FakeStream stream, Work work) {
    try {
      submit(stream, work);
    } catch (Refusal e) {
      throw family.executionFailed(e);
    }
  }

  /** Device memory that a library's work is to touch. */
  Block operand(Family family, String what, MemorySegment pointer, long bytes) {
    try {
      return memory.ofDevice(what, pointer, bytes);
    } catch (Refusal e) {
      throw family.executionFailed(e);
    }
  }

  private void submit(FakeStream stream, Work work) {
    if (stream.device().broken() != 0) {
      throw new Refusal(stream.device().broken());
    }
    if (stream.device() != current()) {
      throw new Refusal(cudaErrorInvalidResourceHandle(),
          work.name() + " on a stream of device " + stream.device().index() + " while the current device is "
              + current().index());
    }
    if (stream.capture().isPresent()) {
      stream.capture().get().add(stream, work);
    } else {
      run(stream, work);
    }
  }

  private void run(FakeStream stream, Work work) {
    if (!work.late()) {
      await(stream);
    }
    stream.clock().join(host);
    order(stream);
    stream.clock().tick(stream);
    for (Block block : work.memory()) {
      if (memory.wasFreed(block.address())) {
        throw new Refusal(cudaErrorIllegalAddress(), work.name() + " of a graph touches freed " + block);
      }
      block.uses().join(stream.clock());
    }
    try {
      work.body().run(stream);
    } catch (Refusal e) {
      stream.device().failedWith(e.code());
      throw e;
    }
  }

  /** Lets what the host knows to be done be before all that it submits from now on. */
  void known(Clock done) {
    host.join(done);
  }

  /** Waits for all of a device. */
  void synchronise(FakeDevice device) {
    List<FakeStream> streams = new ArrayList<>(handles.all(FakeStream.class));
    streams.add(device.nullStream());
    for (FakeStream stream : streams) {
      if (stream.device() == device) {
        await(stream);
        known(stream.clock());
      }
    }
    device.synchronised();
  }

  /** The null stream and the blocking ones wait for each other. */
  private void order(FakeStream stream) {
    FakeStream ofNull = stream.device().nullStream();
    if (stream == ofNull) {
      for (FakeStream other : handles.all(FakeStream.class)) {
        if (other.isBlocking() && other.device() == stream.device()) {
          stream.clock().join(other.clock());
        }
      }
    } else if (stream.isBlocking()) {
      stream.clock().join(ofNull.clock());
    }
  }

  void await(FakeStream stream) {
    hostFunctions.await(stream.pending());
  }

  // ---- allocations that fail ----

  void failAllocation(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("allocation: expected 1 or more, got " + n);
    }
    failingAllocations.add(allocations + n);
  }

  /** Before each allocation on a device. */
  void countAllocation() {
    allocations++;
    if (failingAllocations.contains(allocations)) {
      throw new Refusal(cudaErrorMemoryAllocation());
    }
  }

  // ---- capture ----

  boolean isUnderWay(Capture capture) {
    return captures.contains(capture);
  }

  void begin(Capture capture) {
    captures.add(capture);
  }

  void ended(Capture capture) {
    captures.remove(capture);
  }

  /** Before a call that may wait or allocate, which captures forbid, and which ends them. */
  void requireNoCapture(String what) {
    List<Capture> against =
        captures.stream().filter(c -> c.forbids(Thread.currentThread(), thread().captureMode)).toList();
    if (!against.isEmpty()) {
      against.forEach(Capture::invalidate);
      throw new Refusal(cudaErrorStreamCaptureUnsupported(), what + " while a stream is captured");
    }
  }

  void requireNoCapture(FakeStream stream, String what) {
    if (stream.capture().isPresent()) {
      stream.capture().get().invalidate();
      throw new Refusal(cudaErrorStreamCaptureUnsupported(), what + " of a stream that is captured");
    }
  }

  /** Ends a capture whose end was told to fail. */
  void abandonCapture(MemorySegment stream) {
    FakeStream of = stream(stream);
    of.capture().ifPresent(capture -> {
      capture.release();
      ended(capture);
    });
  }

  void close() {
    try {
      devices.forEach(this::synchronise);
    } catch (IllegalStateException e) {
      journal.problem("at the end: " + e.getMessage());
    }
    hostFunctions.close();
    memory.close();
  }
}

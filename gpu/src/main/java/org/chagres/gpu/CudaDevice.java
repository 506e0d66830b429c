package org.chagres.gpu;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.chagres.bindings.Libraries;
import org.chagres.bindings.Library;
import org.chagres.bindings.cudart.Cudart;

/**
 * A device, one object for each index, and the thread on which all calls to it are made, since CUDA's current device is
 * the thread's.
 *
 * <p>Any thread may call, virtual ones too: the call is handed over and waited for, which takes a fraction of a
 * microsecond while calls come often. What a call throws on the device's thread is thrown to the caller, with the
 * caller's own stack as a suppressed exception. A task must not wait for another thread that calls the device itself.
 *
 * <pre>{@code
 * CudaDevice device = CudaDevice.of(0);
 * device.run(() -> {          // a whole loop on the device's thread
 *   for (...) { ... }         // every call in it is direct
 * });
 * }</pre>
 */
public final class CudaDevice implements AutoCloseable {

  private static final Map<Integer, CudaDevice> OPEN = new HashMap<>();

  private final CudaDeviceInfo info;
  private final DeviceThread thread;
  private volatile boolean closed;
  /** Under the lock of {@link #OPEN}. */
  private boolean closing;
  // What follows is the thread's own.
  private final SequencedSet<CudaResource> resources = new LinkedHashSet<>();
  private Optional<CudaStream> capturing = Optional.empty();
  private CudaStream stream;

  private CudaDevice(CudaDeviceInfo info) {
    this.info = info;
    this.thread = new DeviceThread("cuda:" + info.index());
  }

  /**
   * The device of an index, opened when first asked for; after {@link #close}, anew.
   *
   * @throws IllegalStateException if no device can be used; the message says why
   * @throws IndexOutOfBoundsException if there is none of that index
   */
  public static CudaDevice of(int index) {
    synchronized (OPEN) {
      CudaDevice device = OPEN.get(index);
      if (device == null) {
        device = open(index);
        OPEN.put(index, device);
      }
      return device;
    }
  }

  private static CudaDevice open(int index) {
    Cuda.Probe probe = Cuda.probe();
    if (probe.reason().isPresent()) {
      throw new IllegalStateException("cuda:" + index + " can't be used. " + probe.reason().get());
    }
    CudaDeviceInfo info = probe.devices().stream().filter(d -> d.index() == index).findFirst()
        .orElseThrow(() -> new IndexOutOfBoundsException("there is no device cuda:" + index + "; there are: "
            + String.join("; ", probe.devices().stream().map(CudaDeviceInfo::describe).toList())));
    Libraries.require(Library.CUDART, Library.NVRTC, Library.CUBLAS, Library.CUBLASLT, Library.CUDNN);
    CudaDevice device = new CudaDevice(info);
    device.thread.start();
    try {
      device.thread.run(() -> {
        CudaException.check(Cudart.cudaSetDevice(index), "cudaSetDevice(" + index + ")");
        device.stream = CudaStream.make(device, "the stream of " + device);
      });
    } catch (RuntimeException | Error e) {
      device.thread.stop();
      throw e;
    }
    return device;
  }

  /** Its index. */
  public int index() {
    return info.index();
  }

  /** What it is. */
  public CudaDeviceInfo info() {
    return info;
  }

  /** The stream that computes. */
  public CudaStream stream() {
    return stream;
  }

  /** A further stream, independent of the others. */
  public CudaStream newStream(String name) {
    return call(() -> CudaStream.make(this, "the stream " + name + " of " + this));
  }

  /** An event that only orders. */
  public CudaEvent newEvent() {
    return call(() -> CudaEvent.make(this, false));
  }

  /** An event that keeps the time. */
  public CudaEvent newTimingEvent() {
    return call(() -> CudaEvent.make(this, true));
  }

  /** Whether the caller is the device's thread. */
  public boolean isCurrent() {
    return thread.isCurrent();
  }

  /** Does a task on the device's thread and waits for it. */
  public void run(Runnable task) {
    requireOpen();
    thread.run(task);
  }

  /** As {@link #run}, with an answer. */
  public <T> T call(Supplier<T> task) {
    requireOpen();
    return thread.call(task);
  }

  /** Waits until the device has done all that was queued, on all streams. */
  public void synchronize() {
    run(() -> {
      refuseInCapture("waiting for " + this);
      CudaException.check(Cudart.cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    });
  }

  /** A number that the runtime knows of the device, such as {@code Cudart.cudaDevAttrL2CacheSize()}. */
  public int attribute(int attribute) {
    return call(() -> {
      try (Arena arena = Arena.ofConfined()) {
        return Cuda.attribute(attribute, index(), arena.allocate(8, 8));
      }
    });
  }

  /** Whether a stream of this device records a graph now; on the device's thread. */
  public boolean isCapturing() {
    return capturing.isPresent();
  }

  /**
   * Sees to it that no graph is being recorded, before something that can't be recorded; on the device's thread.
   *
   * @param what what it is, such as "allocating 64 bytes"
   */
  public void refuseInCapture(String what) {
    if (capturing.isPresent()) {
      throw new IllegalStateException(
          what + " can't be recorded: " + capturing.get() + " is recording a graph. Do it before, or once without "
              + "recording so that all it needs is there");
    }
  }

  void capture(Optional<CudaStream> by) {
    capturing = by;
  }

  void own(CudaResource resource) {
    resources.add(resource);
  }

  void disown(CudaResource resource) {
    resources.remove(resource);
  }

  /** As {@link #run}, but does nothing after {@link #close}: for what gives back what that has given back already. */
  public void runIfOpen(Runnable task) {
    thread.runUnlessStopped(task);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /** Waits for what is queued and gives everything back. Closing twice is fine. */
  @Override
  public void close() {
    synchronized (OPEN) {
      if (closing) {
        return;
      }
      closing = true;
      OPEN.remove(index(), this);
    }
    // Not under the lock, which a task that is under way may want.
    try {
      thread.run(this::releaseAll);
    } finally {
      closed = true;
      thread.stop();
    }
  }

  /** All of it, whatever fails; the first failure is told, with the others. */
  private void releaseAll() {
    RuntimeException failure = null;
    int status = Cudart.cudaDeviceSynchronize();
    if (status != 0) {
      CudaException.forget();
      failure = CudaException.of(status, "cudaDeviceSynchronize, on closing " + this);
    }
    while (!resources.isEmpty()) {
      // Again and again the last: a resource closes what it owns itself.
      try {
        resources.getLast().closeHere();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Such as {@code cuda:0}. */
  @Override
  public String toString() {
    return "cuda:" + index();
  }
}

package org.chagres.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import org.chagres.bindings.cudart.Cudart;

/** A point in a stream's work, to order streams by, to wait for, and, where made so, to take the time at. */
public final class CudaEvent extends CudaResource {

  /** Between two looks of a thread that must not keep the device's thread from others. */
  private static final long PAUSE_NANOS = 20_000;

  private final MemorySegment handle;
  private final boolean timing;

  private CudaEvent(CudaDevice device, boolean timing, MemorySegment handle) {
    super(device, timing ? "a timing event of " + device : "an event of " + device);
    this.timing = timing;
    this.handle = handle;
  }

  static CudaEvent make(CudaDevice device, boolean timing) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      int flags = timing ? Cudart.cudaEventDefault() : Cudart.cudaEventDisableTiming();
      CudaException.check(Cudart.cudaEventCreateWithFlags(out, flags), "cudaEventCreateWithFlags");
      CudaEvent event = new CudaEvent(device, timing, out.get(ADDRESS, 0));
      event.opened();
      return event;
    }
  }

  /** CUDA's handle; on the device's thread, while the event is open. */
  public MemorySegment handle() {
    requireOpen();
    return handle;
  }

  /** Whether what was queued before it was recorded is done; so too if it never was recorded. */
  public boolean isDone() {
    return device().isCurrent() ? query() : device().call(this::query);
  }

  private boolean query() {
    device().refuseInCapture("asking for " + this);
    return done(Cudart.cudaEventQuery(handle()), "cudaEventQuery");
  }

  static boolean done(int status, String call) {
    if (status == Cudart.cudaErrorNotReady()) {
      CudaException.forget();
      return false;
    }
    CudaException.check(status, call);
    return true;
  }

  /** Waits until it {@link #isDone}. A thread other than the device's does not keep others from it meanwhile. */
  public void synchronize() {
    if (device().isCurrent()) {
      device().refuseInCapture("waiting for " + this);
      CudaException.check(Cudart.cudaEventSynchronize(handle()), "cudaEventSynchronize");
      return;
    }
    boolean interrupted = false;
    while (!isDone()) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Milliseconds from another event to this one, both recorded and done. */
  public float millisSince(CudaEvent start) {
    if (!timing || !start.timing) {
      throw new IllegalArgumentException("time between " + start + " and " + this + ": both have to be timing events");
    }
    return device().call(() -> {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment out = arena.allocate(JAVA_FLOAT);
        CudaException.check(Cudart.cudaEventElapsedTime(out, start.handle(), handle()), "cudaEventElapsedTime");
        return out.get(JAVA_FLOAT, 0);
      }
    });
  }

  @Override
  protected void release() {
    CudaException.check(Cudart.cudaEventDestroy(handle), "cudaEventDestroy");
  }
}

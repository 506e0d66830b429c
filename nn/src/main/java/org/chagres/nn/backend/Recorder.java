package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a thread that records a step is told, so that the step can be replayed without tape, lookups or allocation: the backend's
 * calls with their fixed addresses, what the host does between them, and the life of each piece of memory.
 *
 * <p>Backends tell of their calls. Ops tell nothing, as long as all they do is call the backend; one that looks at numbers on the
 * host or keeps a state there wraps that in {@link #host}, or says with {@link #refuse} that it cannot be recorded.
 */
public abstract class Recorder {

  private static final ThreadLocal<Recorder> CURRENT = new ThreadLocal<>();
  /** Whose action of the host this thread is in. */
  private static final ThreadLocal<Recorder> IN_HOST = new ThreadLocal<>();
  private static final AtomicLong IDS = new AtomicLong();

  private final long id = IDS.incrementAndGet();
  /** Whether the action of the host under way has queued something on a device. */
  private boolean hostQueued;

  /** What a call is. */
  public enum Kind {
    /** Something on the host, or a call that is done when it returns. */
    HOST,
    /** A call that is queued; it reads nothing of the host's when it is replayed. */
    LAUNCH,
    /** Something on the host that itself queues calls or waits for them: it stays between those before and after it. */
    SPLIT
  }

  /**
   * A call of a recorded step.
   *
   * @param kind what it is
   * @param action makes it
   */
  public record Call(Kind kind, Runnable action) {}

  /** For subclasses. */
  protected Recorder() {}

  /** What this thread records with; null while it records nothing. */
  public static Recorder current() {
    return CURRENT.get();
  }

  /** Lets a recorder listen to this thread, or with null none; returns the one before. */
  protected static Recorder listen(Recorder recorder) {
    Recorder before = CURRENT.get();
    if (recorder == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(recorder);
    }
    return before;
  }

  /**
   * Does something on the host, now and at each replay. Backend calls within are its own and not recorded. It may not refer to
   * tensors of the step, which are freed before a replay; their memory stays, so it takes {@code data()} beforehand.
   */
  public static void host(Runnable action) {
    Recorder recorder = CURRENT.get();
    if (recorder == null) {
      action.run();
      return;
    }
    listen(null);
    IN_HOST.set(recorder);
    recorder.hostQueued = false;
    try {
      action.run();
    } finally {
      IN_HOST.remove();
      listen(recorder);
    }
    recorder.note(new Call(recorder.hostQueued ? Kind.SPLIT : Kind.HOST, action));
  }

  /** Tells, while nothing is recorded, that this thread has a device's queue do something. */
  public static void queued() {
    Recorder recorder = IN_HOST.get();
    if (recorder != null) {
      recorder.hostQueued = true;
    }
  }

  /**
   * For what a replay could not do right.
   *
   * @param what and why, such as {@code "item() hands a number to the host"}
   * @throws IllegalStateException if this thread records
   */
  public static void refuse(String what) {
    if (CURRENT.get() != null) {
      throw new IllegalStateException("a step with this cannot be recorded: " + what);
    }
  }

  /** A number that no other recorder has; from 1. */
  public final long id() {
    return id;
  }

  /** Notes a call that was made and is to be made again at each replay. */
  public final void call(Runnable call) {
    note(new Call(Kind.HOST, call));
  }

  /** As {@link #call}, for what was queued on a device. */
  public final void launch(Runnable call) {
    note(new Call(Kind.LAUNCH, call));
  }

  /** Notes a call. */
  protected abstract void note(Call call);

  /**
   * What a backend keeps for this recording: made when first asked for, closed by the backend's {@link Replay} or, where none comes
   * of it, with the recording.
   */
  public abstract <T extends AutoCloseable> T attachment(Object key, Supplier<T> maker);

  /** Does something whose calls are not noted but handed back, to be made when the returned object is run. */
  public abstract Runnable capture(Runnable action);

  /**
   * Memory for a tensor that lives no longer than the step.
   *
   * @param backend the device's; the same for all of a step
   * @param bytes how many
   * @return a number for {@link #touch}
   */
  public abstract int place(Backend backend, long bytes);

  /** Where a place lies; {@link MemorySegment#NULL} while that is not planned yet and the pool is to be asked. */
  public abstract MemorySegment memory(int place);

  /** A call that comes next uses a place. */
  public abstract void touch(int place);

  /** An op is done: memory that was not touched since is not in use by calls still to come of it. */
  public abstract void boundary();

  /**
   * The step depends on something that outlives it.
   *
   * @param what kept reachable; told once
   * @param unchanged whether a replay would still be right
   */
  public abstract void uses(Object what, BooleanSupplier unchanged);
}

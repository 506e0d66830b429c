package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What a thread that records a step is told, so that the step can be replayed without tape, lookups or allocation: the backend's
 * calls with their fixed addresses, what the host does between them, and the life of each piece of memory.
 *
 * <p>Backends tell of their calls. Ops tell nothing, as long as all they do is call the backend; one that looks at numbers on the
 * host or keeps a state there wraps that in {@link #host}, or says with {@link #refuse} that it cannot be recorded.
 */
public abstract class Recorder {

  private static final ThreadLocal<Recorder> CURRENT = new ThreadLocal<>();
  private static final AtomicLong IDS = new AtomicLong();

  private final long id = IDS.incrementAndGet();

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
    Recorder recorder = listen(null);
    try {
      action.run();
    } finally {
      if (recorder != null) {
        listen(recorder);
      }
    }
    if (recorder != null) {
      recorder.call(action);
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
  public abstract void call(Runnable call);

  /** Does something whose calls are not noted but handed back, to be made when the returned object is run. */
  public abstract Runnable capture(Runnable action);

  /**
   * Memory for a tensor that lives no longer than the step.
   *
   * @param bytes how many
   * @return a number for {@link #touch}
   */
  public abstract int place(long bytes);

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

package org.chagres.nn.record;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.tensor.Tensor;

/**
 * One run of a step as it is recorded. A first run takes its memory from the pool and tells how long each piece is used; from that
 * comes the plan that a second run is placed by, whose calls are then good for replays.
 */
final class StepRecorder extends Recorder {

  /** Ops that an op calls end before it does: memory is held for so many ends of ops beyond the last use. */
  private static final int SLACK = 2;

  private final ArenaPlan plan;
  private final Tensor arena;
  private final Map<Object, BooleanSupplier> used = new IdentityHashMap<>();
  private final Map<Object, AutoCloseable> attachments = new HashMap<>();
  private List<Call> calls = new ArrayList<>();
  private Optional<Backend> backend = Optional.empty();
  private long[] bytes = new long[64];
  private int[] first = new int[64];
  private int[] last = new int[64];
  private int places;
  private int time;
  private boolean planned;
  private boolean returning;

  /**
   * A recorder.
   *
   * @param plan from the run before, or null
   * @param arena of the plan's size, or null
   */
  StepRecorder(ArenaPlan plan, Tensor arena) {
    this.plan = plan;
    this.arena = arena;
    this.planned = plan != null;
  }

  /** Runs a step with this thread's calls noted. */
  void listen(Runnable step) {
    Recorder before = listen(this);
    try {
      step.run();
    } finally {
      listen(before);
    }
  }

  @Override
  protected void note(Call call) {
    calls.add(call);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends AutoCloseable> T attachment(Object key, Supplier<T> maker) {
    return (T) attachments.computeIfAbsent(key, k -> maker.get());
  }

  /** Lets go of what backends keep for a recording that nothing comes of. */
  void discard() {
    for (AutoCloseable attachment : attachments.values()) {
      try {
        attachment.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("closing what was kept for a recording", e);
      }
    }
    attachments.clear();
  }

  @Override
  public Runnable capture(Runnable action) {
    List<Call> outer = calls;
    List<Call> own = new ArrayList<>();
    calls = own;
    try {
      action.run();
    } finally {
      calls = outer;
    }
    Runnable[] all = own.stream().map(Call::action).toArray(Runnable[]::new);
    return () -> {
      for (Runnable call : all) {
        call.run();
      }
    };
  }

  @Override
  public int place(Backend device, long size) {
    if (backend.isEmpty()) {
      backend = Optional.of(device);
    } else if (backend.get() != device) {
      refuse("it makes tensors on " + backend.get().name() + " and on " + device.name()
          + "; hand it what lies elsewhere as an input, copied there before");
    }
    int i = places++;
    if (i == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * i);
      first = Arrays.copyOf(first, 2 * i);
      last = Arrays.copyOf(last, 2 * i);
    }
    bytes[i] = size;
    first[i] = time;
    last[i] = time;
    planned &= plan != null && plan.fits(i, size);
    return i;
  }

  @Override
  public MemorySegment memory(int i) {
    return planned ? arena.data().asSlice(plan.offset(i), plan.bytes(i)) : MemorySegment.NULL;
  }

  @Override
  public void touch(int i) {
    if (planned && time > plan.last(i)) {
      throw new IllegalStateException(
          "a recorded step did something else than the run before, with inputs of the same shapes; it cannot be recorded");
    }
    last[i] = returning ? Integer.MAX_VALUE : Math.max(last[i], time);
  }

  /** Tells that tensors are read after the step. */
  void returns(Tensor[] results) {
    returning = true;
    for (Tensor t : results) {
      t.data();
    }
    returning = false;
  }

  @Override
  public void boundary() {
    time++;
  }

  @Override
  public void uses(Object what, BooleanSupplier unchanged) {
    used.putIfAbsent(what, unchanged);
  }

  /** Whether this run went as planned, so that its calls can be replayed. */
  boolean wentAsPlanned() {
    return planned && places == plan.count();
  }

  /** The plan that this run's memory asks for. */
  ArenaPlan newPlan() {
    int[] until = Arrays.copyOf(last, places);
    for (int i = 0; i < places; i++) {
      until[i] = until[i] > Integer.MAX_VALUE - SLACK ? Integer.MAX_VALUE : until[i] + SLACK;
    }
    return ArenaPlan.of(Arrays.copyOf(bytes, places), Arrays.copyOf(first, places), until);
  }

  /** The device on which the step makes tensors; none if it makes none. */
  Optional<Backend> backend() {
    return backend;
  }

  List<Call> calls() {
    return calls;
  }

  /** What the step depends on; to be kept reachable. */
  Object[] used() {
    return used.keySet().toArray();
  }

  BooleanSupplier[] conditions() {
    return used.values().toArray(BooleanSupplier[]::new);
  }
}

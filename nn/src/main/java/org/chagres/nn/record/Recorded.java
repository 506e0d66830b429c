package org.chagres.nn.record;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.backend.Replay;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;

/**
 * A step (of training, or an inference) that is recorded once for inputs of some shapes and replayed from then on: the backend's
 * calls with fixed addresses in planned memory, with no tape, no lookups and no allocation. What PyTorch does with {@code
 * torch.cuda.graph}, on any device.
 *
 * <pre>{@code
 * try (var step = new Recorded(in -> {
 *   optimizer.zeroGrad();
 *   Tensor loss = criterion.forward(model.forward(in[0]), in[1]);
 *   loss.backward();
 *   optimizer.step();
 *   return new Tensor[] {loss};
 * })) {
 *   for (Batch batch : loader) {
 *     Tensor loss = step.run(batch.inputs(), batch.targets())[0];
 *     scheduler.step();
 *   }
 * }
 * }</pre>
 *
 * <p>The first run of inputs that look alike takes notes, the second records, later ones replay; each does the whole step, with the
 * same bits as outside a recording. Dropout draws new numbers and optimizers follow their schedules. A step is recorded anew when
 * inputs have another shape or layout, when {@code train()} or {@code eval()} was called, when a parameter was frozen or moved, or
 * gradients were enabled or disabled. What else the step does in Java happens while it is recorded and not when it is replayed;
 * changes to a layer's options are not noticed.
 *
 * <p>What a step returns is valid until its next run. It may not look at numbers ({@code item()}, {@code toFloats()}, indices on the
 * host): such a step is refused with the reason. One thread runs it at a time; a service gives each thread its own.
 */
public final class Recorded implements AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final int MOST = 16;
  private static final int MOST_TRIES = 4;

  /** A step. */
  @FunctionalInterface
  public interface Step {

    /**
     * Does it.
     *
     * @param inputs tensors like those of the call, at fixed addresses
     * @return what is read after it
     */
    Tensor[] run(Tensor[] inputs);
  }

  private final Step step;
  private final AtomicBoolean running = new AtomicBoolean();
  private final List<Recording> recordings = new ArrayList<>();
  private final Tensor[] one = new Tensor[1];
  private final Tensor[] two = new Tensor[2];
  private boolean closed;

  /** A step of which nothing is recorded yet. */
  public Recorded(Step step) {
    this.step = Objects.requireNonNull(step, "step");
  }

  /** As {@link #run(Tensor...)}, without garbage. */
  public Tensor[] run(Tensor input) {
    one[0] = input;
    return runAll(one);
  }

  /** As {@link #run(Tensor...)}, without garbage. */
  public Tensor[] run(Tensor first, Tensor second) {
    two[0] = first;
    two[1] = second;
    return runAll(two);
  }

  /**
   * Runs the step.
   *
   * @param inputs dense tensors that require no gradient
   * @return what the step returned; valid until the next run
   * @throws IllegalStateException if the step does something that cannot be recorded, naming it; or if it is closed or running
   */
  public Tensor[] run(Tensor... inputs) {
    return runAll(inputs);
  }

  private Tensor[] runAll(Tensor[] inputs) {
    if (Recorder.current() != null && !running.get()) {
      return step.run(inputs); // a part of another recording
    }
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException("a recorded step is run by one thread at a time and not from within itself");
    }
    try {
      if (closed) {
        throw new IllegalStateException("the recorded step is closed");
      }
      Recording recording = find(inputs);
      if (recording != null && recording.isReady()) {
        return recording.replay(inputs);
      }
      return record(recording, inputs);
    } finally {
      running.set(false);
    }
  }

  private Recording find(Tensor[] inputs) {
    for (int i = 0; i < recordings.size(); i++) {
      Recording r = recordings.get(i);
      if (r.fits(inputs)) {
        return r;
      }
    }
    return null;
  }

  private Tensor[] record(Recording known, Tensor[] inputs) {
    if (known == null) {
      for (Tensor t : inputs) {
        if (t.requiresGrad() || !t.isDense()) {
          throw new IllegalArgumentException(
              "inputs of a recorded step: expected dense tensors that require no gradient, got "
                  + Arrays.toString(t.shape()));
        }
      }
    } else {
      recordings.remove(known);
    }
    Recording next = new Recording(inputs, known);
    Tensor[] results;
    try (Scope scope = Scope.open()) {
      results = next.record(step, inputs);
    }
    if (recordings.size() == MOST) {
      recordings.removeFirst().close();
    }
    recordings.add(next);
    return results;
  }

  /** Whether the next run with such inputs is a replay. */
  public boolean isReadyFor(Tensor... inputs) {
    Recording r = find(inputs);
    return r != null && r.isReady();
  }

  /** Bytes of the arena of the step for such inputs; known once it ran. -1 where it did not. */
  public long arenaBytes(Tensor... inputs) {
    Recording r = find(inputs);
    return r == null ? -1 : r.plan().size();
  }

  /** How many calls a replay for such inputs makes; -1 where nothing is recorded. */
  public int calls(Tensor... inputs) {
    Recording r = find(inputs);
    return r == null || !r.isReady() ? -1 : r.calls();
  }

  /** Forgets what was recorded and lets go of its memory; what a run returned may still be read while it is reachable. */
  @Override
  public void close() {
    closed = true;
    recordings.forEach(Recording::close);
    recordings.clear();
  }

  /** A run that was recorded, or the notes of a first one. */
  private static final class Recording {
    private final ArenaPlan given;
    private final Tensor arena;
    private final Tensor[] inputs;
    private final boolean gradients = Grad.isEnabled();
    private final boolean bf16 = Autocast.isBf16();
    private ArenaPlan plan;
    private Device device = Device.cpu();
    private Replay replay;
    private Cleaner.Cleanable net;
    private BooleanSupplier[] conditions;
    @SuppressWarnings("unused") private Object[] unusedKept;
    private Tensor[] results;
    private final int tries;

    Recording(Tensor[] like, Recording before) {
      this.given = before == null ? null : before.plan;
      this.tries = before == null ? 1 : before.tries + 1;
      this.inputs = new Tensor[like.length];
      try (Scope none = Scope.suspend();
          Grad off = Grad.disabled()) {
        for (int i = 0; i < like.length; i++) {
          inputs[i] = like[i].freshLike("input of a recorded step");
        }
        this.arena = given == null ? null
            : Tensor.empty("arena of a recorded step", DType.F32, before.device,
                Math.toIntExact((given.size() + 4095) / 4096), 1024);
      }
    }

    Tensor[] record(Step step, Tensor[] from) {
      take(from);
      var recorder = new StepRecorder(given, arena);
      Tensor[][] made = new Tensor[1][];
      try {
        recorder.listen(() -> {
          made[0] = step.run(inputs);
          recorder.returns(made[0]);
        });
        return finish(recorder, made[0]);
      } finally {
        if (replay == null) {
          recorder.discard();
        }
      }
    }

    private Tensor[] finish(StepRecorder recorder, Tensor[] made) {
      plan = recorder.newPlan();
      device = recorder.backend().map(b -> Device.of(b.name())).orElse(Device.cpu());
      conditions = recorder.conditions();
      unusedKept = recorder.used();
      boolean ready = recorder.wentAsPlanned();
      if (!ready && tries == MOST_TRIES) {
        throw new IllegalStateException(
            "a step cannot be recorded that makes other tensors each time, with inputs of the same shapes");
      }
      results = new Tensor[made.length];
      try (Scope none = Scope.suspend();
          Grad off = Grad.disabled()) {
        for (int i = 0; i < results.length; i++) {
          Tensor made1 = made[i].detach();
          results[i] = ready ? made1.over(made1.data(), this) : made1.copy();
        }
      }
      if (ready) {
        plan = given;
        Replay compiled = device.backend().replay(recorder, recorder.calls());
        net = CLEANER.register(this, compiled::close);
        replay = compiled;
      }
      return results;
    }

    private void take(Tensor[] from) {
      for (int i = 0; i < inputs.length; i++) {
        if (from[i] != inputs[i]) {
          inputs[i].refill(from[i]);
        }
      }
    }

    Tensor[] replay(Tensor[] from) {
      take(from);
      replay.run();
      Reference.reachabilityFence(this);
      return results;
    }

    boolean isReady() {
      return replay != null;
    }

    ArenaPlan plan() {
      return plan;
    }

    int calls() {
      return replay.size();
    }

    /** Lets go of what replays it. */
    void close() {
      if (net != null) {
        net.clean();
      }
    }

    boolean fits(Tensor[] given) {
      if (given.length != inputs.length || gradients != Grad.isEnabled() || bf16 != Autocast.isBf16()) {
        return false;
      }
      for (int i = 0; i < given.length; i++) {
        if (!inputs[i].isLike(given[i])) {
          return false;
        }
      }
      for (BooleanSupplier condition : conditions) {
        if (!condition.getAsBoolean()) {
          return false;
        }
      }
      return true;
    }
  }
}

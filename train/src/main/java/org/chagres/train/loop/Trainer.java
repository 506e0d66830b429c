package org.chagres.train.loop;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.chagres.nn.losses.Loss;
import org.chagres.nn.modules.Module;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.state.StateException;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.checkpoint.Checkpoint;
import org.chagres.train.checkpoint.Progress;
import org.chagres.train.data.Batch;
import org.chagres.train.data.BatchIterator;
import org.chagres.train.data.DataLoader;
import org.chagres.train.optim.GradientClip;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.schedule.LRScheduler;
import org.chagres.train.schedule.ReduceLROnPlateau;
import org.chagres.train.schedule.Scheduler;

/**
 * Trains a classifier: steps over the batches, validation after each epoch, checkpoints, early stopping, resuming.
 *
 * <p>A run may be stopped from another thread by {@link #stop}; it then saves a checkpoint between two steps. Killed at any
 * moment, it resumes from the last checkpoint to the same bits.
 */
public final class Trainer {

  private final Module model;
  private final Optimizer optimizer;
  private final Loss criterion;
  private final DataLoader training;
  private final DataLoader validation;
  private final int classes;
  private Optional<Scheduler> scheduler = Optional.empty();
  private Display display = Display.none();
  private Consumer<EpochResult> onEpoch = r -> {};
  private Optional<Path> folder = Optional.empty();
  private Map<String, String> configuration = Map.of();
  private long checkpointEvery = 100;
  private int accumulate = 1;
  private double clipNorm;
  private int patience;
  private boolean replay;
  private boolean bf16;
  private final Recorded[] recorded = new Recorded[4];
  private volatile boolean stopping;

  /**
   * A trainer.
   *
   * @param model the network, scores of classes
   * @param optimizer over its parameters
   * @param criterion scores against labels
   * @param training batches to train on
   * @param validation batches to validate on
   * @param classes how many there are
   */
  public Trainer(
      Module model, Optimizer optimizer, Loss criterion, DataLoader training, DataLoader validation, int classes) {
    this.model = model;
    this.optimizer = optimizer;
    this.criterion = criterion;
    this.training = training;
    this.validation = validation;
    this.classes = classes;
  }

  /** Learning rates: stepped after each optimizer step, or by validation accuracy after each epoch for a plateau's. */
  public Trainer scheduler(Scheduler value) {
    scheduler = Optional.of(value);
    return this;
  }

  /** What is shown. */
  public Trainer display(Display value) {
    display = value;
    return this;
  }

  /** Called after each epoch. */
  public Trainer onEpoch(Consumer<EpochResult> action) {
    onEpoch = action;
    return this;
  }

  /**
   * Where {@code last.safetensors} (checkpoint) and {@code best.safetensors} (weights alone) are written.
   *
   * @param configuration kept in the checkpoint
   */
  public Trainer checkpoints(Path runFolder, Map<String, String> runConfiguration) {
    folder = Optional.of(runFolder);
    configuration = Map.copyOf(runConfiguration);
    return this;
  }

  /** Optimizer steps between checkpoints within an epoch; 0 for one at the end of each epoch alone. */
  public Trainer checkpointEvery(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("checkpointEvery: expected 0 or more steps, got " + steps);
    }
    checkpointEvery = steps;
    return this;
  }

  /** Batches whose gradients are added up for one optimizer step; 1 unless set. */
  public Trainer accumulate(int batches) {
    if (batches < 1) {
      throw new IllegalArgumentException("accumulate: expected 1 or more batches, got " + batches);
    }
    accumulate = batches;
    return this;
  }

  /** Limits the gradients' norm; 0 for no limit. */
  public Trainer clipNorm(double limit) {
    if (!(limit >= 0)) {
      throw new IllegalArgumentException("clipNorm: expected 0 or more, got " + limit);
    }
    clipNorm = limit;
    return this;
  }

  /** Epochs without a better validation accuracy after which it stops; 0 for never. */
  public Trainer patience(int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("patience: expected 0 or more epochs, got " + epochs);
    }
    patience = epochs;
    return this;
  }

  /**
   * Records a step once and replays it from then on ({@link Recorded}): the same bits with no garbage and less memory. The model may
   * not look at numbers on the host.
   */
  public Trainer replay(boolean on) {
    replay = on;
    return this;
  }

  /** Rounds the factors of products and convolutions of training steps to bf16 ({@link Autocast}), which only GPUs have. */
  public Trainer bf16(boolean on) {
    bf16 = on;
    return this;
  }

  /** The checkpoint's file in a run folder. */
  public static Path lastFile(Path runFolder) {
    return runFolder.resolve("last.safetensors");
  }

  /** The best weights' file in a run folder. */
  public static Path bestFile(Path runFolder) {
    return runFolder.resolve("best.safetensors");
  }

  /** Asks the run to stop after the step under way, with a checkpoint; from any thread. */
  public void stop() {
    stopping = true;
  }

  /** How a run ended. */
  public enum End {
    /** All epochs are done. */
    DONE,
    /** Validation accuracy had not got better for the set number of epochs. */
    EARLY,
    /** {@link #stop} was called; a checkpoint was saved. */
    STOPPED
  }

  /** Goes on from the run folder's checkpoint; call before {@link #fit}. */
  public Progress resume() {
    Path file = lastFile(folder.orElseThrow(() -> new IllegalStateException("resume: no run folder is set")));
    progress = Checkpoint.restore(file, run());
    return progress;
  }

  private Progress progress = Progress.START;

  /** Trains up to so many epochs in all. */
  public End fit(int epochs) {
    try {
      return epochs(epochs);
    } finally {
      for (int kind = 0; kind < recorded.length; kind++) {
        if (recorded[kind] != null) {
          recorded[kind].close();
          recorded[kind] = null;
        }
      }
    }
  }

  private End epochs(int epochs) {
    int first = Math.toIntExact(training.state().epoch());
    for (int epoch = first; epoch < epochs; epoch++) {
      if (patience > 0 && progress.stale() >= patience) {
        return End.EARLY;
      }
      if (!epoch(epoch, epochs)) {
        return End.STOPPED;
      }
    }
    return End.DONE;
  }

  private boolean epoch(int epoch, int epochs) {
    model.train();
    long start = training.state().batch();
    Losses losses = new Losses(progress, optimizer);
    double before = progress.seconds();
    long step = progress.step();
    long began = System.nanoTime();
    long seen = 0;
    display.begin(epoch + 1, epochs, start, training.batches());
    try (BatchIterator batches = training.iterator()) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        boolean last = batch.index() == training.batches() - 1;
        step(batch, losses, step, last);
        seen += batch.size();
        boolean stepped = (batch.index() + 1) % accumulate == 0 || last;
        step += stepped ? 1 : 0;
        double seconds = (System.nanoTime() - began) / 1e9;
        boolean stop = stopping && stepped && !last;
        boolean save = stop || !last && stepped && checkpointEvery > 0 && step % checkpointEvery == 0;
        if (save || last) {
          losses.read();
        }
        display.step(batch.index() + 1, losses.mean(), seen / seconds);
        progress = losses.progress(step, progress, before + seconds);
        if (save) {
          save();
        }
        if (stop) {
          return false;
        }
      }
    }
    double seconds = before + (System.nanoTime() - began) / 1e9;
    checkFinite();
    Evaluation result = Evaluation.of(model, criterion, validation.setEpoch(0), classes);
    if (scheduler.isPresent() && scheduler.get() instanceof ReduceLROnPlateau plateau) {
      plateau.step(result.accuracy());
    }
    boolean better = result.accuracy() > progress.best();
    progress = new Progress(
        step, better ? result.accuracy() : progress.best(), better ? 0 : progress.stale() + 1, 0, 0, 0);
    EpochResult done =
        new EpochResult(
            epoch + 1, losses.mean(), result, optimizer.lr(0), seconds, losses.samples() / seconds);
    // Figures first: a run killed between the two writes resumes from the checkpoint before and writes them anew.
    onEpoch.accept(done);
    folder.ifPresent(f -> {
      if (better) {
        model.save(bestFile(f));
      }
    });
    save();
    display.end(done);
    return !stopping || epoch + 1 == epochs;
  }

  private void step(Batch batch, Losses losses, long step, boolean last) {
    boolean fresh = batch.index() % accumulate == 0;
    boolean update = (batch.index() + 1) % accumulate == 0 || last;
    if (replay) {
      losses.add(recorded(fresh, update).run(batch.inputs(), batch.targets())[0], batch, step);
    } else {
      try (Scope scope = Scope.open()) {
        Tensor loss = forward(fresh, batch.inputs(), batch.targets());
        losses.add(loss, batch, step); // before it can do harm, where it is known at once
        backward(loss, update);
      }
    }
    if (update && scheduler.isPresent() && scheduler.get() instanceof LRScheduler s) {
      s.step();
    }
  }

  private Tensor forward(boolean fresh, Tensor inputs, Tensor targets) {
    if (fresh) {
      optimizer.zeroGrad();
    }
    if (!bf16) {
      return criterion.forward(model.forward(inputs), targets);
    }
    try (Autocast cast = Autocast.bf16()) {
      return criterion.forward(model.forward(inputs), targets);
    }
  }

  private void backward(Tensor loss, boolean update) {
    (accumulate > 1 ? loss.mul(1.0 / accumulate) : loss).backward();
    if (update) {
      if (clipNorm > 0) {
        GradientClip.norm(optimizer.parameters(), clipNorm);
      }
      optimizer.step();
    }
  }

  /** The step of a batch that is the first or the last of those whose gradients are added up, or neither, or both. */
  private Recorded recorded(boolean fresh, boolean update) {
    int kind = (fresh ? 1 : 0) + (update ? 2 : 0);
    if (recorded[kind] == null) {
      recorded[kind] = new Recorded(in -> {
        Tensor loss = forward(fresh, in[0], in[1]);
        backward(loss, update);
        return new Tensor[] {loss};
      });
    }
    return recorded[kind];
  }

  /** A step may blow the weights up before any loss tells; such weights must not replace a good checkpoint. */
  private void checkFinite() {
    model.namedParameters().forEach((key, t) -> {
      if (!Double.isFinite(t.backend().optim().sumSquares(t.count(), t.data()))) {
        throw new TrainingException(String.format(
            Locale.ROOT, "%s is no longer finite after step %d (learning rate %.3g); the last checkpoint is kept", key,
            progress.step(), optimizer.lr(0)));
      }
    });
  }

  private Checkpoint.Run run() {
    return new Checkpoint.Run(model, optimizer, scheduler, training);
  }

  /** @throws StateException if the disk is full or read-only; the checkpoint before stays */
  private void save() {
    checkFinite();
    folder.ifPresent(f -> Checkpoint.save(lastFile(f), run(), progress, configuration));
  }
}

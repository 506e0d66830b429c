package org.chagres.train.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.Module;
import org.chagres.nn.state.StateException;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.readiness.Readiness;
import org.chagres.train.checkpoint.Progress;
import org.chagres.train.data.DataLoader;
import org.chagres.train.loop.EpochResult;
import org.chagres.train.loop.Trainer;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.report.ConfusionChart;
import org.chagres.train.report.Curves;
import org.chagres.train.report.Epoch;
import org.chagres.train.report.EpochLog;
import org.chagres.train.schedule.Scheduler;

/** One run from its options: everything made, trained, and its files left in the run folder. */
final class TrainingRun implements AutoCloseable {

  private static final int VALIDATION_BATCH = 250;
  private static final long SAVE_SECONDS = 60;
  private static final long READINESS_NANOS = 500_000_000L;

  private final RunOptions options;
  private final TrainCommand.Machine machine;
  private final PrintWriter screen;
  private final Data data;
  private final DataLoader training;
  private final DataLoader validation;
  private final Module model;
  private final Optimizer optimizer;
  private final Scheduler scheduler;

  TrainingRun(RunOptions options, TrainCommand.Machine machine, PrintWriter screen) {
    this.options = options;
    this.machine = machine;
    this.screen = screen;
    if (machine.threads() > 0) {
      Workers.setShared(machine.threads());
    }
    Device device = machine.device();
    long seed = options.whole("seed");
    Generator.manualSeed(seed);
    data = Data.open(options);
    data.describeIn(options);
    training = loader(DataLoader.of(data.train(options.integer("limit")))
        .batchSize(options.integer("batch")).shuffle(true).seed(seed).dropLast(true));
    validation = loader(DataLoader.of(data.test(0)).batchSize(VALIDATION_BATCH));
    model = Networks.model(options, data.shape(), data.classes().size()).to(device);
    if ("false".equals(options.values().get("fusion"))) {
      Networks.withoutFusion(model);
    }
    optimizer = Networks.optimizer(options, model);
    int steps = (training.batches() + options.integer("accumulate") - 1) / options.integer("accumulate");
    scheduler = Networks.schedule(options, optimizer, steps);
  }

  private DataLoader loader(DataLoader.Builder builder) {
    return builder.workers(machine.workers()).pinMemory(machine.pinMemory()).device(machine.device())
        .resident(machine.resident()).build();
  }

  Trainer.End train(RunFolder folder, boolean resume) {
    ConsoleDisplay display = new ConsoleDisplay(screen, System.console() != null && System.console().isTerminal());
    Trainer trainer = new Trainer(
        model, optimizer, new CrossEntropyLoss().labelSmoothing(options.number("label-smoothing")), training,
        validation,
        data.classes().size())
        .display(display)
        .checkpoints(folder.path(), options.values())
        .checkpointEvery(machine.checkpointEvery())
        .accumulate(options.integer("accumulate"))
        .clipNorm(options.number("clip-norm"))
        .patience(options.integer("patience"))
        .replay(machine.replay())
        .bf16(options.isBf16());
    if (scheduler != null) {
      trainer.scheduler(scheduler);
    }
    EpochLog log;
    if (resume && Files.exists(Trainer.lastFile(folder.path()))) {
      Progress done = trainer.resume();
      int epoch = Math.toIntExact(training.state().epoch());
      log = EpochLog.resume(folder.log(), epoch);
      screen.printf("going on with %s at step %d (epoch %d)%n", folder.path(), done.step(), epoch + 1);
    } else {
      log = EpochLog.create(folder.log());
      screen.printf(
          Locale.ROOT, "%s on %s: %,d parameters, %,d + %,d images, %s, %d threads, run folder %s%n",
          options.text("model"),
          options.text("dataset"), model.parameters().stream().mapToLong(t -> t.count()).sum(),
          training.dataset().size(),
          validation.dataset().size(), machine.device(), Workers.shared().threads(), folder.path());
      if (resume) {
        screen.println("no checkpoint yet in " + folder.path() + ": from the beginning");
      }
    }
    screen.flush();
    trainer.onEpoch(r -> record(folder, log, r));
    return withCtrlC(trainer, display, folder);
  }

  /** On Ctrl-C (or SIGTERM) the JVM waits for the step under way and its checkpoint. */
  private Trainer.End withCtrlC(Trainer trainer, ConsoleDisplay display, RunFolder folder) {
    CountDownLatch saved = new CountDownLatch(1);
    Thread hook = new Thread(() -> {
      trainer.stop();
      try {
        saved.await(SAVE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }, "chagres-ctrl-c");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Trainer.End end = trainer.fit(options.integer("epochs"));
      display.close();
      switch (end) {
        case DONE -> screen.println("done; in " + folder.path() + ": " + names(folder));
        case EARLY ->
          screen.println("stopped early: no better test accuracy for " + options.text("patience") + " epochs; in "
              + folder.path() + ": " + names(folder));
        case STOPPED -> screen.println("stopped; a checkpoint is saved, go on with --resume " + folder.path());
      }
      screen.flush();
      return end;
    } finally {
      display.close();
      saved.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is going down, and the hook is what let this run end in order.
        screen.flush();
      }
    }
  }

  private static String names(RunFolder folder) {
    StringBuilder out = new StringBuilder();
    for (java.nio.file.Path file : folder.files()) {
      out.append(out.isEmpty() ? "" : ", ").append(file.getFileName());
    }
    return out.toString();
  }

  private void record(RunFolder folder, EpochLog log, EpochResult r) {
    log.append(new Epoch(
        r.epoch(), r.trainLoss(), r.validation().loss(), r.validation().accuracy(), r.lr(), r.seconds()));
    if (r.epoch() == 1 && machine.device().equals(Device.cpu())) {
      tellSlowKernels();
    }
    try {
      Curves.write(folder.curves(), log.epochs());
      ConfusionChart.write(folder.confusion(), r.validation().confusion(), data.classes());
    } catch (StateException e) {
      // Pictures are an extra: a machine without fonts trains all the same.
      screen.println("no pictures: " + e.getMessage());
    }
  }

  /** After an epoch every kernel ought to run compiled well; HotSpot can leave one slow for good, and then a restart helps. */
  private void tellSlowKernels() {
    List<String> slow = Readiness.measure(READINESS_NANOS).stream()
        .filter(k -> !k.ready())
        .map(Readiness::kernel)
        .toList();
    if (!slow.isEmpty()) {
      screen.println("not compiled well, or the machine is busy: " + String.join(", ", slow)
          + "; if it stays slow, stop with Ctrl-C and go on with --resume");
    }
  }

  @Override
  public void close() {
    training.close();
    validation.close();
  }
}

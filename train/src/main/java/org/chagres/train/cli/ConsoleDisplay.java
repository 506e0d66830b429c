package org.chagres.train.cli;

import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.chagres.train.loop.Display;
import org.chagres.train.loop.EpochResult;

/** A bar with images a second, loss and time left; without a terminal, a plain line now and then and one an epoch. */
final class ConsoleDisplay implements Display {

  private static final long LINE_EVERY_NANOS = 15_000_000_000L;

  private final PrintWriter out;
  private final boolean terminal;
  private ProgressBar bar;
  private String name = "";
  private long batches;
  private long lastLine;

  ConsoleDisplay(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void begin(int epoch, int epochs, long batch, long total) {
    name = "epoch " + epoch + "/" + epochs;
    batches = total;
    lastLine = System.nanoTime();
    if (terminal) {
      bar = new ProgressBarBuilder()
          .setTaskName(name)
          .setInitialMax(total)
          .setStyle(ProgressBarStyle.ASCII)
          .setUpdateIntervalMillis(250)
          .clearDisplayOnFinish()
          .build();
      bar.stepTo(batch);
    }
  }

  @Override
  public void step(long batch, double meanLoss, double imagesPerSecond) {
    if (bar != null) {
      bar.setExtraMessage(String.format(Locale.ROOT, " %.0f images/s, loss %.4f", imagesPerSecond, meanLoss));
      bar.stepTo(batch);
    } else if (System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      out.printf(
          Locale.ROOT, "%s  batch %d/%d  loss %.4f  %.0f images/s%n", name, batch, batches, meanLoss, imagesPerSecond);
      out.flush();
    }
  }

  @Override
  public void end(EpochResult r) {
    close();
    out.printf(
        Locale.ROOT, "%s  train loss %.4f  test loss %.4f  test accuracy %.2f %%  %.1f s  %.0f images/s%n",
        name, r.trainLoss(), r.validation().loss(), 100 * r.validation().accuracy(), r.seconds(), r.imagesPerSecond());
    out.flush();
  }

  /** Takes the bar away. */
  void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}

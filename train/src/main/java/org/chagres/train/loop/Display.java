package org.chagres.train.loop;

/** What is shown while a run goes on. */
public interface Display {

  /** An epoch begins (or goes on) with a batch. */
  void begin(int epoch, int epochs, long batch, long batches);

  /** A step is done: its loss so far in the epoch and images a second. */
  void step(long batch, double meanLoss, double imagesPerSecond);

  /** The epoch is done. */
  void end(EpochResult result);

  /** Shows nothing. */
  static Display none() {
    return new Display() {
      @Override
      public void begin(int epoch, int epochs, long batch, long batches) {}

      @Override
      public void step(long batch, double meanLoss, double imagesPerSecond) {}

      @Override
      public void end(EpochResult result) {}
    };
  }
}

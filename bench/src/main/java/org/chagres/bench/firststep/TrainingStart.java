package org.chagres.bench.firststep;

import java.io.PrintStream;
import org.chagres.bench.network.CnnTraining;
import org.chagres.simd.parallel.Workers;

/** What a fresh JVM runs: training steps from its start; prints a line, {@link #ENDED}, as each one ends. */
final class TrainingStart {

  /** The line. */
  static final String ENDED = "step";

  private static final int LEAST = 3 * SpeedUp.WINDOW;

  private TrainingStart() {}

  /** Takes threads, images a step, and the seconds from the first step's end on. */
  public static void main(String[] arguments) {
    Workers.setShared(Integer.parseInt(arguments[0]));
    CnnTraining training = new CnnTraining(Integer.parseInt(arguments[1]));
    double seconds = Double.parseDouble(arguments[2]);
    training.step();
    PrintStream out = System.out;
    out.println(ENDED);
    out.flush();
    long start = System.nanoTime();
    for (int i = 1; i < LEAST || (System.nanoTime() - start) * 1e-9 < seconds; i++) {
      training.step();
      out.println(ENDED);
      out.flush();
    }
  }
}

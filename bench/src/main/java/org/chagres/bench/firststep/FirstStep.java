package org.chagres.bench.firststep;

import java.util.List;
import java.util.Map;
import org.chagres.bench.measure.Row;
import org.chagres.bench.process.FreshJvm;
import org.chagres.bench.process.Output;

/** A fresh JVM like this one that trains the case-study network from its start. */
public final class FirstStep {

  private FirstStep() {}

  /**
   * Starts it and times it from outside, from just before its process is made.
   *
   * @param threads that compute
   * @param batch images a step
   * @param seconds how long it goes on after the first step, long enough to get to its full speed
   * @return {@code first_step_s} to the first step's end; {@code full_speed_s} to the end of the first three steps at 90
   *     % of the final rate, left out if they never came; {@code img_s} at the end
   */
  public static Row run(int threads, int batch, double seconds) {
    List<String> command = FreshJvm.alike(
        "org.chagres.bench", TrainingStart.class.getName(),
        List.of(Integer.toString(threads), Integer.toString(batch), Double.toString(seconds)));
    double[] ends = Output.requireStamped(command, Map.of()).stream()
        .filter(line -> line.text().equals(TrainingStart.ENDED))
        .mapToDouble(Output.Line::seconds)
        .toArray();
    if (ends.length == 0) {
      throw new IllegalStateException("a fresh start told of no step");
    }
    return new Row("first_step")
        .put("engine", "chagres")
        .put("batch", batch)
        .put("threads", threads)
        .put("first_step_s", ends[0], 2)
        .put("full_speed_s", SpeedUp.fullSpeedAt(ends).orElse(Double.NaN), 2)
        .put("img_s", batch / SpeedUp.finalStep(ends), 1);
  }
}

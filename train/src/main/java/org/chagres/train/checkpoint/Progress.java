package org.chagres.train.checkpoint;

import java.util.Map;
import java.util.TreeMap;

/**
 * How far a run has come.
 *
 * @param step optimizer steps done
 * @param best the best validation accuracy so far; -1 before the first
 * @param stale epochs since it was reached
 * @param lossSum of the current epoch's samples
 * @param samples of the current epoch that are done
 * @param seconds trained in the current epoch
 */
public record Progress(long step, double best, long stale, double lossSum, long samples, double seconds) {

  /** Before the first step. */
  public static final Progress START = new Progress(0, -1, 0, 0, 0, 0);

  Map<String, String> texts() {
    Map<String, String> m = new TreeMap<>();
    m.put("step", Long.toString(step));
    m.put("best", Double.toString(best));
    m.put("stale", Long.toString(stale));
    m.put("loss_sum", Double.toString(lossSum));
    m.put("samples", Long.toString(samples));
    m.put("seconds", Double.toString(seconds));
    return m;
  }

  static Progress of(Map<String, String> m) {
    return new Progress(
        Long.parseLong(m.get("step")), Double.parseDouble(m.get("best")), Long.parseLong(m.get("stale")),
        Double.parseDouble(m.get("loss_sum")), Long.parseLong(m.get("samples")), Double.parseDouble(m.get("seconds")));
  }
}

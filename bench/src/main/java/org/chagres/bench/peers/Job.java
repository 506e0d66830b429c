package org.chagres.bench.peers;

import java.util.ArrayList;
import java.util.List;

/** What can be measured on both sides. */
public enum Job {

  /** Training steps. */
  TRAIN("train", "bench", 128),
  /** Forward passes in evaluation. */
  INFER("infer", "infer", 1),
  /** Products and convolutions; they have their own batch. */
  OPS("ops", "ops", 0);

  private final String ours;
  private final String theirs;
  private final int usualBatch;

  Job(String ours, String theirs, int usualBatch) {
    this.ours = ours;
    this.theirs = theirs;
    this.usualBatch = usualBatch;
  }

  /** As on our command line. */
  public String title() {
    return ours;
  }

  /** Images at a time unless asked for otherwise; 0 where a job has its own. */
  public int usualBatch() {
    return usualBatch;
  }

  /** Arguments for {@code ./chagres}. */
  List<String> ourArguments(int threads, int batch) {
    return arguments(List.of("bench", ours, "--json"), threads, batch);
  }

  /** Arguments for the peers' script. */
  List<String> theirArguments(int threads, int batch) {
    return arguments(List.of(theirs), threads, batch);
  }

  private List<String> arguments(List<String> first, int threads, int batch) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of("--threads", Integer.toString(threads)));
    if (this != OPS) {
      all.addAll(List.of("--batch", Integer.toString(batch)));
    }
    return all;
  }
}

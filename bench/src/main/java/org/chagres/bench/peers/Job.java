package org.chagres.bench.peers;

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

  /** As on the command line of the peers' script. */
  String theirTitle() {
    return theirs;
  }

  /** Images at a time unless asked for otherwise; 0 where a job has its own. */
  public int usualBatch() {
    return usualBatch;
  }
}

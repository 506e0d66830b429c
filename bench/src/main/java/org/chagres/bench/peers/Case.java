package org.chagres.bench.peers;

import java.util.ArrayList;
import java.util.List;

/**
 * A job and its sizes, the same on both sides.
 *
 * @param job what is measured
 * @param threads on each side
 * @param batch images at a time; 0 where the job has its own
 * @param quick fewer runs after a shorter warm-up, for a look in passing
 */
public record Case(Job job, int threads, int batch, boolean quick) {

  private static final List<String> QUICK = List.of("--warm-up", "4");

  /** A case that takes its time, with the job's usual batch. */
  public static Case of(Job job, int threads) {
    return new Case(job, threads, job.usualBatch(), false);
  }

  /** Arguments for {@code ./chagres}. */
  List<String> ourArguments() {
    List<String> all = arguments(List.of("bench", job.title(), "--json"));
    if (quick) {
      all.addAll(QUICK);
    }
    return all;
  }

  /** Arguments for the peers' script. */
  List<String> theirArguments() {
    List<String> all = arguments(List.of(job.theirTitle()));
    if (quick && job == Job.TRAIN) {
      all.addAll(List.of("--steps", "4"));
    }
    return all;
  }

  private List<String> arguments(List<String> first) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of("--threads", Integer.toString(threads)));
    if (batch > 0) {
      all.addAll(List.of("--batch", Integer.toString(batch)));
    }
    return all;
  }

  /** Such as {@code train-t2-b128}. */
  public String title() {
    return job.title() + "-t" + threads + (batch > 0 ? "-b" + batch : "");
  }
}

package org.chagres.train.metrics;

/** A measure gathered batch by batch. */
public interface Metric {

  /** The measure over everything since the start or the last {@link #reset}; NaN if there was nothing. */
  double value();

  /** Forgets everything. */
  void reset();
}

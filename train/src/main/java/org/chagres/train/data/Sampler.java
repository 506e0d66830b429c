package org.chagres.train.data;

import java.util.function.LongUnaryOperator;

/**
 * In which order samples are read.
 *
 * <p>An order is a function of the epoch (and of the seed a sampler was made with), never of what was drawn before: a
 * resumed run asks for the epoch it was in and skips to the position it had reached.
 */
public interface Sampler {

  /** How many samples make an epoch. */
  long size();

  /**
   * The order of an epoch.
   *
   * @param epoch from 0
   * @return the index of the sample at each position from 0 to {@code size() - 1}; may be asked from several threads, in
   *     any order, and always answers the same
   */
  LongUnaryOperator indices(long epoch);
}

package org.chagres.nn.backend;

/** A recorded step in the form in which its device replays it. */
public interface Replay extends AutoCloseable {

  /** Does the step once more. */
  void run();

  /** How many calls it was made of. */
  int size();

  /** Lets go of it; not while it runs. */
  @Override
  void close();
}

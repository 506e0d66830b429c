package org.chagres.peers;

/** The case-study network in one library, on one random batch. */
interface Network extends AutoCloseable {

  /** The library and its version. */
  String engine();

  /** A training step: forward, loss, backward, optimizer. */
  void step();

  /** A forward pass in evaluation, its output read by nobody. */
  void infer();

  @Override
  void close();
}

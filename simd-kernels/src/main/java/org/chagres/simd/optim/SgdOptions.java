package org.chagres.simd.optim;

/**
 * SGD's options. A job asks for them when it runs, from any of its threads, so that a recorded one follows a schedule when it is
 * replayed.
 */
public interface SgdOptions {

  /** Learning rate. */
  double lr();

  /** Factor of the momentum buffer; 0 for none. */
  double momentum();

  /** Taken off the gradient's share in the buffer. */
  double dampening();

  /** Factor of the parameter added to the gradient. */
  double weightDecay();

  /** Whether the gradient is added to the buffer once more. */
  boolean nesterov();

  /** Whether to step uphill. */
  boolean maximize();

  /** Whether the buffer is not yet filled: it becomes the gradient. */
  boolean first();

  /** Options that stay the same. */
  record Fixed(
      double lr, double momentum, double dampening, double weightDecay, boolean nesterov, boolean maximize,
      boolean first) implements SgdOptions {}
}

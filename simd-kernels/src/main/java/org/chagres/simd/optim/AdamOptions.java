package org.chagres.simd.optim;

/**
 * The options of Adam and AdamW. A job asks for them when it runs, from any of its threads, so that a recorded one follows a
 * schedule when it is replayed.
 */
public interface AdamOptions {

  /** Learning rate. */
  double lr();

  /** Factor of the first moment. */
  double beta1();

  /** Factor of the second moment. */
  double beta2();

  /** Added to the denominator. */
  double eps();

  /** Factor of the parameter added to the gradient or, decoupled, taken off the parameter. */
  double weightDecay();

  /** Whether it is AdamW's weight decay. */
  boolean decoupled();

  /** Whether to step uphill. */
  boolean maximize();

  /** Number of this step, from 1. */
  long step();

  /** Options that stay the same. */
  record Fixed(
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean decoupled,
      boolean maximize,
      long step) implements AdamOptions {}
}

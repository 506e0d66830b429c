package org.chagres.simd.optim;

/**
 * RMSprop's options. A job asks for them when it runs, from any of its threads, so that a recorded one follows a schedule when it
 * is replayed.
 */
public interface RmsPropOptions {

  /** Learning rate. */
  double lr();

  /** Factor of the mean square. */
  double alpha();

  /** Added to the denominator. */
  double eps();

  /** Factor of the parameter added to the gradient. */
  double weightDecay();

  /** Factor of the momentum buffer; 0 for none. */
  double momentum();

  /** Whether the mean gradient's square is taken off the mean square. */
  boolean centered();

  /** Whether to step uphill. */
  boolean maximize();

  /** Options that stay the same. */
  record Fixed(
      double lr, double alpha, double eps, double weightDecay, double momentum, boolean centered, boolean maximize)
      implements
        RmsPropOptions {}
}

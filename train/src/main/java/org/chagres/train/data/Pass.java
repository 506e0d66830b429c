package org.chagres.train.data;

import java.util.function.LongUnaryOperator;

/** One run through an epoch. Compared by identity: the same epoch may be run through twice. */
final class Pass {
  /** Its number. */
  final long epoch;

  /** Index of the sample at each position. */
  final LongUnaryOperator order;

  /** The batch it begins with; above 0 after a resume. */
  final long firstBatch;

  Pass(long epoch, LongUnaryOperator order, long firstBatch) {
    this.epoch = epoch;
    this.order = order;
    this.firstBatch = firstBatch;
  }
}

package org.chagres.train.oracle;

import java.util.Arrays;
import java.util.Locale;
import org.chagres.nn.tensor.Tensor;

/** How near a result must come to a recorded one: within absolute + relative·|expected|, element by element. */
record Agreement(double absolute, double relative) {

  static final Agreement OP = new Agreement(2e-5, 1e-4);
  static final Agreement LONG_REDUCTION = new Agreement(1e-4, 5e-4);
  static final Agreement SCHEDULE = new Agreement(0, 1e-6);

  /** Throws where they differ; says which, where and by how much. */
  void check(String what, Tensor expected, Tensor actual) {
    if (!Arrays.equals(expected.shape(), actual.shape())) {
      throw new Disagreement(
          what + ": expected shape " + Arrays.toString(expected.shape()) + ", got " + Arrays.toString(actual.shape()));
    }
    check(what, expected.toDoubles(), actual.toDoubles());
  }

  void check(String what, double[] expected, double[] actual) {
    for (int i = 0; i < expected.length; i++) {
      double limit = absolute + relative * Math.abs(expected[i]);
      boolean same = expected[i] == actual[i] || Double.isNaN(expected[i]) && Double.isNaN(actual[i]);
      if (!same && !(Math.abs(expected[i] - actual[i]) <= limit)) {
        throw new Disagreement(String.format(
            Locale.ROOT, "%s: element %d: expected %.9g, got %.9g (allowed %.2g)", what, i, expected[i], actual[i],
            limit));
      }
    }
  }

  /** A result that is not the recorded one. */
  static final class Disagreement extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Disagreement(String message) {
      super(message);
    }
  }
}

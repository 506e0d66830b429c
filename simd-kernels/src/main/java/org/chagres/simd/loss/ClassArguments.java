package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;
import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import org.chagres.simd.shape.ClassLoss;

/** Addresses of labels, weights (0 where left out) and log-probabilities (0 where not used). */
record ClassArguments(ClassLoss shape, long target, long weight, long logProbabilities) {

  static ClassArguments of(ClassLoss shape, ClassSaved saved) {
    if (!shape.softmax() && shape.smoothing() != 0) {
      throw new IllegalArgumentException("label smoothing: negative log-likelihood has none, got " + shape.smoothing());
    }
    long bytes = 4L * shape.rows() * shape.classes();
    return new ClassArguments(
        shape,
        address(saved.target(), 8L * shape.rows(), "target"),
        optionalAddress(saved.weight(), 4L * shape.classes(), "class weights"),
        shape.softmax() ? address(saved.logProbabilities(), bytes, "log-probabilities") : 0);
  }

  /** The row's label, or -1 where it is ignored. */
  int label(long row) {
    long label = ALL.get(JAVA_LONG_UNALIGNED, target + 8 * row);
    if (label == shape.ignoreIndex()) {
      return -1;
    }
    if (label < 0 || label >= shape.classes()) {
      throw new IllegalArgumentException(
          "target: row " + row + " has label " + label + ", expected 0 to " + (shape.classes() - 1));
    }
    return (int) label;
  }

  float weightOf(int label) {
    return weight == 0 ? 1f : ALL.get(JAVA_FLOAT_UNALIGNED, weight + 4L * label);
  }

  double weightSum() {
    if (weight == 0) {
      return shape.classes();
    }
    double sum = 0;
    for (int c = 0; c < shape.classes(); c++) {
      sum += weightOf(c);
    }
    return sum;
  }
}

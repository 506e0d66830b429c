package org.chagres.train.metrics;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** A batch of logits and labels, checked. */
record Rows(MemorySegment logits, MemorySegment labels, int rows, int classes) {

  Rows {
    if (rows < 0 || classes < 1) {
      throw new IllegalArgumentException("logits: expected rows and at least 1 class, got ("
          + rows + ", " + classes + ")");
    }
    check("logits", logits.byteSize() / 4, (long) rows * classes);
    check("labels", labels.byteSize() / 8, rows);
    for (int r = 0; r < rows; r++) {
      long label = labels.get(JAVA_LONG_UNALIGNED, 8L * r);
      if (label != ClassMetric.IGNORED && (label < 0 || label >= classes)) {
        throw new IllegalArgumentException("labels: row " + r + " has class " + label + ", there are " + classes);
      }
    }
  }

  private static void check(String name, long elements, long least) {
    if (elements < least) {
      throw new IllegalArgumentException(name + ": expected at least " + least + " elements, got " + elements);
    }
  }

  /** Whether a row is passed over. */
  boolean ignored(int row) {
    return labels.get(JAVA_LONG_UNALIGNED, 8L * row) == ClassMetric.IGNORED;
  }

  /** The right class of a row that is not passed over. */
  int label(int row) {
    return (int) labels.get(JAVA_LONG_UNALIGNED, 8L * row);
  }

  float logit(int row, int c) {
    return logits.get(JAVA_FLOAT_UNALIGNED, 4 * ((long) row * classes + c));
  }

  /** The class of the largest logit, -1 if one is not a number. */
  int predicted(int row) {
    int best = 0;
    for (int c = 0; c < classes; c++) {
      float value = logit(row, c);
      if (Float.isNaN(value)) {
        return -1;
      }
      if (value > logit(row, best)) {
        best = c;
      }
    }
    return best;
  }

  /** How many classes come before the right one; all of them if a logit is not a number. */
  int rankOfLabel(int row) {
    int label = label(row);
    float right = logit(row, label);
    int before = 0;
    for (int c = 0; c < classes; c++) {
      float value = logit(row, c);
      if (Float.isNaN(value)) {
        return classes;
      }
      if (value > right || value == right && c < label) {
        before++;
      }
    }
    return before;
  }
}

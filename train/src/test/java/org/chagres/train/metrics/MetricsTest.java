package org.chagres.train.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final float NAN = Float.NaN;
  // right, wrong (right class third), tie (first wins: wrong), not a number at the right class, not a number elsewhere
  private static final float[] LOGITS = {3, 1, 2, 3, 2, 1, 0, 5, 5, 1, NAN, 0, NAN, 9, 0};
  private static final long[] LABELS = {0, 2, 2, 1, 1};

  @Test
  void accuracyCountsTiesForTheFirstAndNaNAsWrong() {
    Accuracy accuracy = new Accuracy();
    assertTrue(Double.isNaN(accuracy.value()));
    accuracy.update(LOGITS, LABELS);
    assertEquals(1.0 / 5, accuracy.value());
    accuracy.update(new float[] {1, 2}, new long[] {1});
    assertEquals(2.0 / 6, accuracy.value());
    accuracy.update(new float[] {1, 2}, new long[] {ClassMetric.IGNORED});
    accuracy.update(new float[0], new long[0]);
    assertEquals(2.0 / 6, accuracy.value());
    accuracy.reset();
    assertTrue(Double.isNaN(accuracy.value()));
  }

  @Test
  void topKCountsTheRightClassAmongTheFirst() {
    double[] expected = {1.0 / 5, 2.0 / 5, 3.0 / 5, 3.0 / 5};
    for (int k = 1; k <= 4; k++) {
      TopK top = new TopK(k);
      top.update(LOGITS, LABELS);
      assertEquals(expected[k - 1], top.value(), "k = " + k);
    }
    assertThrows(IllegalArgumentException.class, () -> new TopK(0));
  }

  @Test
  void topKAgreesWithSorting() {
    long seed = Long.getLong("chagres.seed", 3);
    Random random = new Random(seed);
    for (int k = 1; k < 9; k++) {
      TopK top = new TopK(k);
      int right = 0;
      for (int r = 0; r < 50; r++) {
        float[] row = new float[8];
        for (int c = 0; c < 8; c++) {
          row[c] = random.nextInt(5);
        }
        int label = random.nextInt(8);
        List<Integer> order = IntStream.range(0, 8).boxed().sorted((a, b) -> Float.compare(row[b], row[a])).toList();
        right += order.indexOf(label) < k ? 1 : 0;
        top.update(row, new long[] {label});
      }
      assertEquals(right / 50.0, top.value(), "seed " + seed + ", k = " + k);
    }
  }

  @Test
  void infinitiesAreNumbers() {
    Accuracy accuracy = new Accuracy();
    accuracy.update(new float[] {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}, new long[] {1});
    assertEquals(1, accuracy.value());
  }

  @Test
  void confusionMatrixCounts() {
    ConfusionMatrix matrix = new ConfusionMatrix(3);
    matrix.update(LOGITS, LABELS);
    assertEquals(1, matrix.count(0, 0));
    assertEquals(1, matrix.count(2, 0));
    assertEquals(1, matrix.count(2, 1));
    assertEquals(2, matrix.unpredicted(1));
    assertEquals(List.of(1L, 2L, 2L), List.of(matrix.rows(0), matrix.rows(1), matrix.rows(2)));
    assertEquals(0.5, matrix.precision(0));
    assertEquals(0, matrix.precision(1));
    assertTrue(Double.isNaN(matrix.precision(2)));
    assertEquals(1, matrix.recall(0));
    assertEquals(0, matrix.recall(1));
    assertEquals(0.2, matrix.value());
    assertArrayEquals(new double[] {0.5, 0.5, 0}, matrix.normalized()[2]);
    assertArrayEquals(new double[3], matrix.normalized()[1]);
    matrix.reset();
    assertTrue(Double.isNaN(matrix.value()) && Double.isNaN(matrix.recall(0)));
    assertTrue(Arrays.stream(matrix.normalized()).flatMapToDouble(Arrays::stream).allMatch(v -> v == 0));
  }

  @Test
  void meanLossWeighsBatchesByTheirRows() {
    MeanLoss loss = new MeanLoss();
    assertTrue(Double.isNaN(loss.value()));
    loss.update(1, 3);
    loss.update(5, 1);
    loss.update(Double.NaN, 0);
    assertEquals(2, loss.value());
    loss.update(Double.NaN, 1);
    assertTrue(Double.isNaN(loss.value()));
    loss.reset();
    loss.update(4, 2);
    assertEquals(4, loss.value());
    assertThrows(IllegalArgumentException.class, () -> loss.update(1, -1));
  }

  @Test
  void aBadBatchIsRefusedWholly() {
    MemorySegment logits = MemorySegment.ofArray(new float[6]);
    MemorySegment labels = MemorySegment.ofArray(new long[2]);
    for (ClassMetric metric : List.of(new Accuracy(), new TopK(2), new ConfusionMatrix(3))) {
      metric.update(logits, labels, 2, 3);
      double before = metric.value();
      assertThrows(IllegalArgumentException.class, () -> metric.update(logits, labels, 3, 3));
      assertThrows(IllegalArgumentException.class, () -> metric.update(logits, labels, -1, 3));
      assertThrows(IllegalArgumentException.class, () -> metric.update(logits, labels, 2, 0));
      MemorySegment one = MemorySegment.ofArray(new long[1]);
      assertThrows(IllegalArgumentException.class, () -> metric.update(logits, one, 2, 3));
      assertThrows(IllegalArgumentException.class, () -> metric.update(new float[5], new long[2]));
      String message = assertThrows(IllegalArgumentException.class,
          () -> metric.update(new float[6], new long[] {0, 3})).getMessage();
      assertTrue(message.contains("row 1 has class 3"), message);
      assertEquals(before, metric.value());
    }
    assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(3).update(logits, labels, 2, 2));
    assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(0));
  }
}

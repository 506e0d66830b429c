package org.chagres.nn.record;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Where the tensors of a step lie in one arena: two that live at the same time lie apart, others may share. Largest first, each at
 * the lowest offset that is free while it lives (Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
 * 2020).
 */
final class ArenaPlan {

  private static final long ALIGNMENT = 64;

  private final long[] offsets;
  private final long[] bytes;
  private final int[] last;
  private final long size;

  private ArenaPlan(long[] offsets, long[] bytes, int[] last, long size) {
    this.offsets = offsets;
    this.bytes = bytes;
    this.last = last;
    this.size = size;
  }

  /**
   * Plans.
   *
   * @param bytes of each tensor
   * @param first the time each is made
   * @param last the last time each is used
   */
  static ArenaPlan of(long[] bytes, int[] first, int[] last) {
    int n = bytes.length;
    long[] offsets = new long[n];
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong((Integer i) -> -bytes[i]));
    int[] placed = new int[n]; // in the order of their offsets
    long size = 0;
    for (int k = 0; k < n; k++) {
      int i = order[k];
      long at = 0;
      for (int p = 0; p < k; p++) {
        int j = placed[p];
        boolean together = first[i] <= last[j] && first[j] <= last[i];
        if (together && offsets[j] < at + padded(bytes[i]) && at < offsets[j] + padded(bytes[j])) {
          at = offsets[j] + padded(bytes[j]);
        }
      }
      offsets[i] = at;
      size = Math.max(size, at + padded(bytes[i]));
      int p = k;
      while (p > 0 && offsets[placed[p - 1]] > at) {
        placed[p] = placed[p - 1];
        p--;
      }
      placed[p] = i;
    }
    return new ArenaPlan(offsets, bytes.clone(), last.clone(), size);
  }

  private static long padded(long bytes) {
    return (Math.max(1, bytes) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Bytes of the arena. */
  long size() {
    return size;
  }

  /** How many tensors it has. */
  int count() {
    return bytes.length;
  }

  /** Whether the tensor of a number has this size. */
  boolean fits(int i, long size) {
    return i < bytes.length && bytes[i] == size;
  }

  long offset(int i) {
    return offsets[i];
  }

  long bytes(int i) {
    return bytes[i];
  }

  /** The last time that a tensor may be used. */
  int last(int i) {
    return last[i];
  }
}

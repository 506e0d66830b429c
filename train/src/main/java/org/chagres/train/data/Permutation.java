package org.chagres.train.data;

import java.util.random.RandomGenerator;

/** Shuffling: Fisher and Yates' method (Durstenfeld 1964), every permutation equally likely up to the generator. */
final class Permutation {

  private Permutation() {}

  /** The numbers from 0 to {@code size - 1}, shuffled. */
  static int[] of(int size, RandomGenerator random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) { // inside-out: draws and places in one pass
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}

package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.random.Dropout;
import org.chagres.simd.random.RandomFill;
import org.chagres.simd.random.Stream;
import org.junit.jupiter.api.Test;

class RandomTest {

  private final Kit kit = new Kit(4);
  private final RandomKernels random = new RandomKernels(kit.stream());

  @Test
  void theCpusBits() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int n : Kit.RAGGED) {
        long seed = kit.random().nextLong();
        long counter = ((long) kit.random().nextInt(4) << 32) - kit.random().nextInt(30);
        Stream at = new Stream(seed, counter);
        Place place = Place.at(seed, counter);
        MemorySegment expected = kit.room(n);
        MemorySegment y = kit.room(n);
        Kit.cpu(RandomFill.uniform(at, n, -2, 3, expected));
        random.uniform(place, n, -2, 3, y);
        kit.same(expected, y, "uniform " + n);
        Kit.cpu(RandomFill.normal(at, n, 1, 0.5f, expected));
        random.normal(place, n, 1, 0.5f, y);
        kit.same(expected, y, "normal " + n);
        MemorySegment integers = kit.memory(8L * n);
        MemorySegment expectedIntegers = kit.memory(8L * n);
        for (long[] range : new long[][] {{0, 10}, {Long.MIN_VALUE, Long.MAX_VALUE}, {-5, 1L << 40}}) {
          Kit.cpu(RandomFill.integers(at, n, range[0], range[1], expectedIntegers));
          random.integers(place, n, range[0], range[1], integers);
          kit.same(expectedIntegers, integers, "integers " + n);
        }
        MemorySegment x = kit.normal(n);
        for (double p : new double[] {0, 0.25, 0.5, 1}) {
          Kit.cpu(Dropout.apply(at, p, n, x, expected));
          random.dropout(place, p, n, x, y);
          kit.same(expected, y, "dropout " + n + " p " + p);
        }
        random.dropout(place, 0.25, n, x, x);
        Kit.cpu(Dropout.apply(at, 0.25, n, kit.copy(x), expected));
      }
    }
  }

  @Test
  void aPlaceInDeviceMemoryCounts() {
    MemorySegment moving = kit.longs(77, 5);
    MemorySegment a = kit.room(100);
    MemorySegment b = kit.room(100);
    random.uniform(Place.in(moving), 100, 0, 1, a);
    random.uniform(Place.at(77, 5), 100, 0, 1, b);
    kit.same(a, b, "by value and in memory");
    Place.at(77, 30).write(moving);
    random.uniform(Place.in(moving), 100, 0, 1, a);
    random.uniform(Place.at(77, 30), 100, 0, 1, b);
    kit.same(a, b, "moved");
  }

  @Test
  void refusesBadInput() {
    MemorySegment y = kit.room(4);
    Place at = Place.at(0, 0);
    assertThrows(IllegalArgumentException.class, () -> random.uniform(at, 5, 0, 1, y));
    assertThrows(IllegalArgumentException.class, () -> random.uniform(at, 4, 1, 1, y));
    assertThrows(IllegalArgumentException.class, () -> random.normal(at, 4, 0, -1, y));
    assertThrows(IllegalArgumentException.class, () -> random.integers(at, 1, 3, 3, y));
    assertThrows(IllegalArgumentException.class, () -> random.dropout(at, 1.5, 4, y, y));
  }
}

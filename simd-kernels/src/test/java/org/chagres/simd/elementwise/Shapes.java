package org.chagres.simd.elementwise;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.chagres.simd.shape.Strided;

/** Random geometries: sizes, and for each operand a permuted, sliced or broadcast layout. */
final class Shapes {

  private Shapes() {}

  /** A geometry as tensors make it, simplified by {@link Strided#of}. */
  static Strided random(Random random, int operands) {
    int rank = 1 + random.nextInt(4);
    long[] dims = new long[rank];
    boolean wide = false;
    for (int d = 0; d < rank; d++) {
      boolean longer = !wide && random.nextInt(4) == 0;
      wide |= longer;
      dims[d] = 1 + random.nextInt(longer ? 90 : 6);
    }
    long[][] strides = new long[operands][];
    for (int o = 0; o < operands; o++) {
      strides[o] = layout(random, dims);
    }
    return Strided.of(dims, strides);
  }

  private static long[] layout(Random random, long[] dims) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      order.add(d);
    }
    boolean broadcast = random.nextInt(3) == 0;
    if (random.nextInt(3) == 0) {
      Collections.shuffle(order, random);
    }
    int gap = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
    long[] strides = new long[dims.length];
    long step = random.nextInt(6) == 0 ? 2 : 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      int d = order.get(i);
      if (broadcast && random.nextBoolean()) {
        strides[d] = 0;
      } else {
        strides[d] = step;
        step *= dims[d] + gap;
      }
    }
    return strides;
  }
}

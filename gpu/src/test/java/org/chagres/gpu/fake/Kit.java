package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.chagres.bindings.cudart.Cudart.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.ToIntFunction;

/** What the tests of the libraries above the runtime share: memory with numbers, comparisons. */
final class Kit {

  private static final long SEED = 20261125;

  private final Arena arena = Arena.ofAuto();
  private final Random random = new Random(SEED);

  Arena arena() {
    return arena;
  }

  /** What a call that makes something makes. */
  MemorySegment made(ToIntFunction<MemorySegment> call) {
    MemorySegment out = arena.allocate(ADDRESS);
    assertEquals(0, call.applyAsInt(out));
    return out.get(ADDRESS, 0);
  }

  MemorySegment memory(long bytes) {
    return made(out -> cudaMalloc(out, bytes)).reinterpret(bytes);
  }

  float[] random(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      // Few bits, so that bf16 has them all.
      values[i] = (random.nextInt(33) - 16) / 8f;
    }
    return values;
  }

  MemorySegment floats(float... values) {
    MemorySegment memory = memory(4L * values.length);
    MemorySegment.copy(values, 0, memory, JAVA_FLOAT, 0, values.length);
    return memory;
  }

  MemorySegment bf16(float... values) {
    MemorySegment memory = memory(2L * values.length);
    for (int i = 0; i < values.length; i++) {
      ElementKind.BF16.set(memory, i, values[i]);
    }
    return memory;
  }

  MemorySegment number(float value) {
    return arena.allocateFrom(JAVA_FLOAT, value);
  }

  MemorySegment pointers(MemorySegment... values) {
    MemorySegment array = arena.allocate(ADDRESS, values.length);
    for (int i = 0; i < values.length; i++) {
      array.setAtIndex(ADDRESS, i, values[i]);
    }
    return array;
  }

  static void close(double[] expected, MemorySegment actual, String what) {
    close(expected, actual.toArray(JAVA_FLOAT), what);
  }

  static void close(double[] expected, float[] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-5 * (1 + Math.abs(expected[i])), what + ", element " + i);
    }
  }
}

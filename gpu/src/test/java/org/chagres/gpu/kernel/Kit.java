package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.chagres.gpu.emulator.EmulatedStream;
import org.chagres.gpu.emulator.Emulator;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.Strided;
import org.junit.jupiter.api.Assumptions;

/** What the tests of kernels share: the emulated stream, seeded data between guards, runs on the CPU, comparisons. */
final class Kit {

  /** Sizes around a vector, a warp, a block and several blocks. */
  static final int[] RAGGED = {1, 3, 4, 31, 32, 33, 255, 256, 257, 1023, 4098};

  private static final long SEED = seed();
  private static final int GUARD = 64;
  private static final byte MARK = 0x5C;

  private final EmulatedStream stream;
  private final Arena arena = Arena.ofAuto();
  private final List<MemorySegment> guards = new ArrayList<>();
  private final Random random;
  private int offset;

  /** Skips the test where there is no compiler. */
  Kit(long salt) {
    Assumptions.assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().orElse(""));
    this.stream = new EmulatedStream();
    this.random = new Random(SEED * 31 + salt);
  }

  private static long seed() {
    String set = System.getProperty("chagres.seed", "");
    return set.isEmpty() ? 20261125 : Long.parseLong(set);
  }

  EmulatedStream stream() {
    return stream;
  }

  Random random() {
    return random;
  }

  /** From now on, memory lies so many bytes behind a multiple of 64. */
  void misalign(int bytes) {
    offset = bytes;
  }

  /** Memory between guards. */
  MemorySegment memory(long bytes) {
    MemorySegment all = arena.allocate(bytes + 2 * GUARD + offset, 64).fill(MARK);
    guards.add(all.asSlice(0, GUARD + offset));
    guards.add(all.asSlice(GUARD + offset + bytes));
    return all.asSlice(GUARD + offset, bytes).fill((byte) 0xA7);
  }

  /** Room for floats. */
  MemorySegment room(long floats) {
    return memory(4 * floats);
  }

  MemorySegment floats(float... values) {
    MemorySegment s = room(values.length);
    for (int i = 0; i < values.length; i++) {
      s.set(JAVA_FLOAT.withByteAlignment(1), 4L * i, values[i]);
    }
    return s;
  }

  /** Normal numbers. */
  MemorySegment normal(long count) {
    float[] x = new float[(int) count];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return floats(x);
  }

  MemorySegment longs(long... values) {
    MemorySegment s = memory(8L * values.length);
    for (int i = 0; i < values.length; i++) {
      s.set(JAVA_LONG.withByteAlignment(1), 8L * i, values[i]);
    }
    return s;
  }

  /** Random longs of low (inclusive) to high (exclusive). */
  MemorySegment integers(int count, long low, long high) {
    return longs(random.longs(count, low, high).toArray());
  }

  MemorySegment bytes(int count, int bound) {
    MemorySegment s = memory(count);
    for (int i = 0; i < count; i++) {
      s.set(JAVA_BYTE, i, (byte) random.nextInt(bound));
    }
    return s;
  }

  MemorySegment copy(MemorySegment of) {
    MemorySegment s = memory(of.byteSize());
    s.copyFrom(of);
    return s;
  }

  /** Runs a job of the CPU. */
  static void cpu(Job job) {
    Workers.shared().run(job);
  }

  static Strides strides(Strided s) {
    return new Strides(s.dims(), s.strides());
  }

  static float[] values(MemorySegment s) {
    float[] x = new float[(int) (s.byteSize() / 4)];
    for (int i = 0; i < x.length; i++) {
      x[i] = s.get(JAVA_FLOAT.withByteAlignment(1), 4L * i);
    }
    return x;
  }

  /** Fails unless each float is within tolerance · (1 + |expected|); infinities and NaN must be the same. */
  void close(double tolerance, MemorySegment expected, MemorySegment actual, String what) {
    float[] e = values(expected);
    float[] a = values(actual);
    assertEquals(e.length, a.length, what);
    for (int i = 0; i < e.length; i++) {
      boolean same = Float.isFinite(e[i])
          ? Math.abs((double) e[i] - a[i]) <= tolerance * (1 + Math.abs(e[i]))
          : Float.compare(e[i], a[i]) == 0;
      if (!same) {
        fail(what + ", seed " + SEED + ": element " + i + " of " + e.length + " expected " + e[i] + " but got " + a[i]);
      }
    }
    unharmed(what);
  }

  /** Fails unless all bits are the same. */
  void same(MemorySegment expected, MemorySegment actual, String what) {
    assertEquals(-1, expected.mismatch(actual), () -> what + ", seed " + SEED + ": first byte that differs");
    unharmed(what);
  }

  /** Fails if anything was written beside the memory that was handed out. */
  void unharmed(String what) {
    for (MemorySegment g : guards) {
      for (long i = 0; i < g.byteSize(); i++) {
        if (g.get(JAVA_BYTE, i) != MARK) {
          fail(what + ", seed " + SEED + ": memory beside an operand was written");
        }
      }
    }
    guards.clear();
  }
}

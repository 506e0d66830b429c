package org.chagres.simd.optim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.reference.ReferenceOptim;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class OptimTest {

  private static final int STEPS = 5;
  private static final int[] RAGGED = {0, 1, 5, 8, 17, 100};
  private static final MemorySegment NONE = MemorySegment.NULL;

  /** One step's job for a block, and the same in double for one element. */
  private interface Kernel {
    Job job(int step, long n, MemorySegment[] blocks);

    double reference(int step, double parameter, double gradient, double[] state);
  }

  private static void follows(String what, Kernel kernel) {
    Random random = new Random(Buffers.SEED);
    for (int n : RAGGED) {
      MemorySegment[] blocks = new MemorySegment[5];
      blocks[0] = Buffers.normal(random, n, 1);
      for (int b = 2; b < 5; b++) {
        blocks[b] = Buffers.bytes(4L * n);
      }
      double[] expected = new double[n];
      double[][] state = new double[n][3];
      for (int i = 0; i < n; i++) {
        expected[i] = Buffers.at(blocks[0], i);
      }
      for (int step = 1; step <= STEPS; step++) {
        blocks[1] = Buffers.normal(random, n, 1);
        Buffers.run(1, kernel.job(step, n, blocks));
        for (int i = 0; i < n; i++) {
          expected[i] = kernel.reference(step, expected[i], Buffers.at(blocks[1], i), state[i]);
          String where = what + ", step " + step + ", element " + i + " of " + n;
          Buffers.near(expected[i], Buffers.at(blocks[0], i), 2e-6, 2e-6, () -> where);
        }
      }
    }
  }

  @Test
  void sgd() {
    for (int bits = 0; bits < 16; bits++) {
      boolean nesterov = (bits & 1) != 0;
      double momentum = (bits & 2) != 0 || nesterov ? 0.9 : 0;
      double dampening = (bits & 4) != 0 && !nesterov ? 0.3 : 0;
      boolean maximize = (bits & 8) != 0;
      double decay = bits % 3 == 0 ? 0.01 : 0;
      Kernel kernel = new Kernel() {
        private SgdOptions options(int step) {
          return new SgdOptions.Fixed(0.1, momentum, dampening, decay, nesterov, maximize, step == 1);
        }

        @Override
        public Job job(int step, long n, MemorySegment[] b) {
          return SgdStep.of(options(step), n, b[0], b[1], momentum == 0 ? NONE : b[2]);
        }

        @Override
        public double reference(int step, double parameter, double gradient, double[] state) {
          return ReferenceOptim.sgd(options(step), parameter, gradient, state);
        }
      };
      follows("SGD " + bits, kernel);
    }
  }

  @Test
  void adam() {
    for (int bits = 0; bits < 8; bits++) {
      boolean amsgrad = (bits & 1) != 0;
      boolean decoupled = (bits & 2) != 0;
      boolean maximize = (bits & 4) != 0;
      double decay = bits % 3 == 0 ? 0 : 0.01;
      Kernel kernel = new Kernel() {
        private AdamOptions options(int step) {
          return new AdamOptions.Fixed(1e-2, 0.9, 0.999, 1e-8, decay, decoupled, maximize, step);
        }

        @Override
        public Job job(int step, long n, MemorySegment[] b) {
          return AdamStep.of(options(step), n, b[0], b[1], new AdamState(b[2], b[3], amsgrad ? b[4] : NONE));
        }

        @Override
        public double reference(int step, double parameter, double gradient, double[] state) {
          return ReferenceOptim.adam(options(step), amsgrad, parameter, gradient, state);
        }
      };
      follows("Adam " + bits, kernel);
    }
  }

  @Test
  void rmsProp() {
    for (int bits = 0; bits < 8; bits++) {
      boolean centered = (bits & 1) != 0;
      double momentum = (bits & 2) != 0 ? 0.9 : 0;
      boolean maximize = (bits & 4) != 0;
      // Centered, square and mean cancel at the first step: eps keeps the quotient tame in f32.
      RmsPropOptions options = new RmsPropOptions.Fixed(1e-2, 0.9, 1e-2, bits % 2 * 0.01, momentum, centered, maximize);
      Kernel kernel = new Kernel() {
        @Override
        public Job job(int step, long n, MemorySegment[] b) {
          return RmsPropStep.of(
              options, n, b[0], b[1], new RmsPropState(b[2], momentum == 0 ? NONE : b[3], centered ? b[4] : NONE));
        }

        @Override
        public double reference(int step, double parameter, double gradient, double[] state) {
          return ReferenceOptim.rmsProp(options, parameter, gradient, state);
        }
      };
      follows("RMSprop " + bits, kernel);
    }
  }

  @Test
  void scaleAndClamp() {
    float nan = Float.NaN;
    MemorySegment g = Buffers.of(1f, -5f, 0.25f, nan, Float.POSITIVE_INFINITY, -0.5f, 3f, -3f, 9f, -9f, 0f);
    Buffers.run(1, GradientScale.clamp(11, 2, g));
    assertArrayEquals(new float[] {1f, -2f, 0.25f, nan, 2f, -0.5f, 2f, -2f, 2f, -2f, 0f}, Buffers.floats(g));
    Buffers.run(1, GradientScale.scale(10, 0.5, g));
    assertArrayEquals(new float[] {0.5f, -1f, 0.125f, nan, 1f, -0.25f, 1f, -1f, 1f, -1f, 0f}, Buffers.floats(g));
  }

  @Test
  void anyNumberOfThreads() {
    int n = 50_003;
    byte[][] bits = new byte[3][];
    for (int threads = 1; threads <= 3; threads++) {
      Random random = new Random(Buffers.SEED);
      MemorySegment p = Buffers.normal(random, n, 1);
      MemorySegment g = Buffers.normal(random, n, 1);
      AdamState state = new AdamState(Buffers.bytes(4L * n), Buffers.bytes(4L * n), NONE);
      Buffers.run(threads,
          AdamStep.of(new AdamOptions.Fixed(1e-3, 0.9, 0.999, 1e-8, 0.01, true, false, 1), n, p, g, state));
      bits[threads - 1] = p.toArray(JAVA_BYTE);
    }
    assertArrayEquals(bits[0], bits[1]);
    assertArrayEquals(bits[0], bits[2]);
  }

  @Test
  void refusesWhatDoesNotFit() {
    MemorySegment s = Buffers.bytes(40);
    SgdOptions sgd = new SgdOptions.Fixed(0.1, 0.9, 0, 0, false, false, true);
    AdamOptions adam = new AdamOptions.Fixed(1e-3, 0.9, 0.999, 1e-8, 0, true, false, 0);
    RmsPropOptions centered = new RmsPropOptions.Fixed(1e-3, 0.9, 1e-8, 0, 0, true, false);
    assertThrows(IllegalArgumentException.class, () -> SgdStep.of(sgd, 11, s, s, s));
    assertThrows(IllegalArgumentException.class, () -> SgdStep.of(sgd, 10, s, s, NONE));
    assertThrows(IllegalArgumentException.class, () -> SgdStep.of(sgd, -1, s, s, s));
    assertThrows(IllegalArgumentException.class, () -> AdamStep.of(adam, 10, s, s, new AdamState(s, s, NONE)));
    RmsPropState state = new RmsPropState(s, NONE, NONE);
    assertThrows(IllegalArgumentException.class, () -> RmsPropStep.of(centered, 10, s, s, state));
    assertThrows(IllegalArgumentException.class, () -> GradientScale.clamp(10, Double.NaN, s));
  }
}

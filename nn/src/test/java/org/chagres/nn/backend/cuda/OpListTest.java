package org.chagres.nn.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.Stream;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.samples.OpSample;
import org.chagres.nn.samples.OpSample.Memory;
import org.chagres.nn.samples.OpSamples;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The list of op samples read once more: on a GPU they give the CPU's values and gradients, eager and replayed. */
final class OpListTest {

  private static final long SEED = Long.getLong("chagres.seed", 20_251_220L);
  private static final double TOLERANCE = 2e-5;

  private static Gpu gpu;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  /** Those whose op does the same at each replay; dropout draws new numbers. */
  static Stream<OpSample> sameEachTime() {
    return samples().filter(s -> !s.name().contains("dropout"));
  }

  static Stream<OpSample> samples() {
    return OpSamples.all().stream();
  }

  private static Tensor[] inputs(OpSample s, long seed, Memory memory, Device device) {
    Random random = new Random(seed);
    Tensor[] in = new Tensor[s.inputs().length];
    for (int i = 0; i < in.length; i++) {
      in[i] = memory.of(s.inputs()[i].values(random), s.inputs()[i].shape());
      in[i] = in[i].to(device);
    }
    return in;
  }

  /** The result, then the gradients of its weighted sum. */
  private static Tensor[] run(OpSample s, Tensor[] in) {
    Tensor[] leaves = new Tensor[in.length];
    for (int i = 0; i < in.length; i++) {
      leaves[i] = in[i].copy().requiresGrad(true);
    }
    Tensor y = s.op().apply(leaves);
    y.add(0.5).square().sum().backward();
    Tensor[] out = new Tensor[in.length + 1];
    out[0] = y.detach();
    for (int i = 0; i < in.length; i++) {
      out[i + 1] = leaves[i].grad();
    }
    return out;
  }

  private static void assertClose(Tensor[] expected, Tensor[] actual, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i].shape(), actual[i].shape(), what);
      double[] e = expected[i].toDoubles();
      double[] a = actual[i].toDoubles();
      double size = 1;
      for (double v : e) {
        size = Math.max(size, Math.abs(v));
      }
      int tensor = i;
      assertArrayEquals(e, a, TOLERANCE * size, () -> what + ", tensor " + tensor + ", seed " + SEED);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void valuesAndGradientsAreTheCpus(OpSample s) {
    try (Scope scope = Scope.open()) {
      for (Memory memory : Memory.values()) {
        Tensor[] expected = run(s, inputs(s, SEED, memory, Device.cpu()));
        Tensor[] actual = run(s, inputs(s, SEED, memory, gpu.device()));
        for (Tensor t : actual) {
          assertEquals(gpu.device(), t.device());
        }
        assertClose(expected, actual, s + " " + memory);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sameEachTime")
  void replaysHaveTheBitsOfEagerRuns(OpSample s) {
    try (Recorded step = new Recorded(in -> run(s, in))) {
      for (int round = 0; round < 4; round++) {
        try (Scope scope = Scope.open()) {
          Tensor[] in = inputs(s, SEED + round, Memory.USUAL, gpu.device());
          Tensor[] eager = run(s, in);
          Tensor[] replayed = step.run(in);
          for (int i = 0; i < eager.length; i++) {
            assertArrayEquals(eager[i].toFloats(), replayed[i].toFloats(), s + ", round " + round + ", tensor " + i);
          }
          assertEquals(round >= 1, step.isReadyFor(in));
        }
      }
      assertTrue(step.arenaBytes(inputs(s, SEED, Memory.USUAL, gpu.device())) >= 0);
    }
  }
}

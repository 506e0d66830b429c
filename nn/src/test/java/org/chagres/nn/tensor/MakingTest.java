package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

final class MakingTest {

  @Test
  void constants() {
    assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0}, Tensor.zeros(2, 3).toFloats());
    assertArrayEquals(new float[] {1, 1}, Tensor.ones(2).toFloats());
    assertArrayEquals(new float[] {2.5f, 2.5f}, Tensor.full(2.5, 1, 2).toFloats());
    assertEquals(7, Tensor.full(DType.I64, 7).item());
    assertEquals(0, Tensor.scalar(3).rank());
    assertEquals(3, Tensor.scalar(3).item());
    assertArrayEquals(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, Tensor.eye(3).toFloats());
  }

  @Test
  void ranges() {
    assertArrayEquals(new long[] {0, 1, 2}, Tensor.arange(3).toLongs());
    assertArrayEquals(new long[] {2, 5, 8}, Tensor.arange(2, 10, 3).toLongs());
    assertArrayEquals(new long[] {5, 3, 1}, Tensor.arange(5, 0, -2).toLongs());
    assertArrayEquals(new int[] {0}, Tensor.arange(5, 0, 1).shape());
    assertArrayEquals(new int[] {1}, Tensor.arange(1).shape());
    assertEquals(DType.I64, Tensor.arange(3).dtype());
    assertArrayEquals(new float[] {0, 0.25f, 0.5f, 0.75f, 1}, Tensor.linspace(0, 1, 5).toFloats());
    assertArrayEquals(new int[] {1}, Tensor.linspace(2, 3, 1).shape());
    assertThrows(IllegalArgumentException.class, () -> Tensor.arange(0, 3, 0));
  }

  /** torch.tensor([5.]) has one dimension; so has this, and only an empty shape makes a number. */
  @Test
  void arraysHaveOneDimension() {
    assertArrayEquals(new int[] {1}, Tensor.of(new float[] {5}).shape());
    assertArrayEquals(new int[] {1}, Tensor.of(new long[] {5}).shape());
    assertArrayEquals(new int[] {0}, Tensor.of(new double[0]).shape());
    assertArrayEquals(new int[0], Tensor.of(new float[] {5}, new int[0]).shape());
    assertArrayEquals(new int[] {2, 2}, Tensor.of(new float[][] {{1, 2}, {3, 4}}).shape());
  }

  @Test
  void typesFollowTheArray() {
    assertEquals(DType.F32, Tensor.of(new float[1]).dtype());
    assertEquals(DType.F64, Tensor.of(new double[1]).dtype());
    assertEquals(DType.I64, Tensor.of(new long[1]).dtype());
    assertEquals(DType.I32, Tensor.of(new int[1]).dtype());
    assertEquals(DType.U8, Tensor.of(new byte[1]).dtype());
    assertEquals(DType.BOOL, Tensor.of(new boolean[1]).dtype());
    assertArrayEquals(new long[] {255, 1}, Tensor.of(new byte[] {-1, 1}).toLongs());
    assertArrayEquals(new long[] {1, 0}, Tensor.of(new boolean[] {true, false}).toLongs());
  }

  @Test
  void badSizes() {
    assertMessage("takes 6 values, got 5", () -> Tensor.of(new float[5], 2, 3));
    assertMessage("expected sizes of 0 or more, got [2, -1]", () -> Tensor.zeros(2, -1));
    assertMessage("too many elements", () -> Tensor.empty(1 << 30, 1 << 30, 1 << 30));
    assertMessage("expected 2 values in row 1, got 3", () -> Tensor.of(new float[][] {{1, 2}, {1, 2, 3}}));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable action) {
    String message = assertThrows(IllegalArgumentException.class, action).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void casts() {
    Tensor f = Tensor.of(new float[] {-1.7f, 0, 0.5f, 3.9f});
    assertArrayEquals(new long[] {-1, 0, 0, 3}, f.to(DType.I64).toLongs());
    assertArrayEquals(new long[] {1, 0, 1, 1}, f.to(DType.BOOL).toLongs());
    assertArrayEquals(new double[] {-1.7f, 0, 0.5, 3.9f}, f.to(DType.F64).toDoubles());
    assertEquals(1L << 60, Tensor.of(new long[] {1L << 60}).to(DType.I64).toLongs()[0]);
    Tensor image = Tensor.of(new byte[] {0, (byte) 128, (byte) 255}).to(DType.F32);
    assertArrayEquals(new float[] {0, 128, 255}, image.toFloats());
    assertEquals(f, f.to(DType.F32), "nothing to do");
  }

  /** A cast keeps the logical order whatever the layout, and carries gradients between float types. */
  @Test
  void castsOfViewsAndGradients() {
    Tensor x = Tensor.arange(6).reshape(2, 3).t();
    assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, x.to(DType.F32).toFloats());
    Tensor leaf = Tensor.of(new float[] {1, 2}).requiresGrad(true);
    leaf.to(DType.F64).mul(Tensor.of(new double[] {3, 4})).to(DType.F32).sum().backward();
    assertArrayEquals(new float[] {3, 4}, leaf.grad().toFloats());
    assertEquals(DType.F32, leaf.grad().dtype());
  }

  @Test
  void wrapSharesForeignMemory() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(24 * 4);
      for (int i = 0; i < 24; i++) {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      Tensor rows = Tensor.wrap(memory, DType.F32, false, arena, 2, 3, 2, 2);
      Tensor pixels = Tensor.wrap(memory, DType.F32, true, arena, 2, 3, 2, 2);
      assertEquals(4, rows.get(0).get(1).get(0).get(0).item());
      assertEquals(1, pixels.get(0).get(1).get(0).get(0).item());
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, 0, -1);
      assertEquals(-1, rows.toFloats()[0]);
      assertMessage("expected 128 bytes", () -> Tensor.wrap(memory, DType.F32, false, arena, 32));
      assertMessage("off-heap",
          () -> Tensor.wrap(MemorySegment.ofArray(new byte[64]), DType.F32, false, arena, 4));
    }
  }

  @Test
  void sameSeedSameNumbers() {
    Generator.manualSeed(3);
    float[] first = Tensor.randn(100).toFloats();
    float[] second = Tensor.randn(100).toFloats();
    Generator.manualSeed(3);
    assertArrayEquals(first, Tensor.randn(100).toFloats());
    assertArrayEquals(second, Tensor.randn(100).toFloats());
    Generator.State state = Generator.standard().get();
    float[] third = Tensor.rand(10).toFloats();
    Generator.standard().set(state);
    assertArrayEquals(third, Tensor.rand(10).toFloats());
    for (long v : Tensor.randint(-2, 3, 1000).toLongs()) {
      assertTrue(v >= -2 && v < 3);
    }
    assertThrows(IllegalArgumentException.class, () -> Tensor.randint(3, 3, 2));
  }

  @Test
  void devices() {
    assertEquals(Device.cpu(), Device.of("cpu"));
    assertEquals(Device.cpu(), Device.of("cpu:0"));
    Tensor t = Tensor.ones(2);
    assertEquals(t, t.to(Device.cpu()));
    assertMessage("device tpu: no such kind here", () -> Device.of("tpu"));
    assertMessage("cpu:1", () -> Device.of("cpu:1"));
    assertMessage("cpu:x", () -> Device.of("cpu:x"));
  }

  @Test
  void item() {
    assertEquals(2, Tensor.of(new float[] {2}, 1, 1, 1, 1).item());
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> Tensor.ones(2, 3).item());
    assertTrue(e.getMessage().contains("[2, 3]"), e.getMessage());
  }

  @Test
  void emptyTensors() {
    Tensor t = Tensor.zeros(3, 0);
    assertEquals(0, t.count());
    assertArrayEquals(new int[] {3, 0}, t.add(1).mul(t).exp().shape());
    assertEquals(0, t.sum().item());
    assertArrayEquals(new float[] {0, 0, 0}, t.sum(1).toFloats());
    assertArrayEquals(new int[] {0}, t.sum(0).shape());
    assertArrayEquals(new int[] {0, 3}, t.t().contiguous().shape());
    assertArrayEquals(new int[] {0, 2, 4, 5}, Tensor.zeros(0, 2, 4, 5).relu().shape());
    assertEquals(0, t.fill(1).toFloats().length);
    assertTrue(Double.isNaN(t.mean().item()));
    assertThrows(IllegalArgumentException.class, () -> t.max(1));
    assertThrows(IllegalArgumentException.class, t::max);
  }
}

package org.chagres.gpu.emulator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The emulator itself: what it runs and what it refuses. */
class EmulatorTest {

  private static final String SOURCE =
      """
          struct Args { int* y; };
          // Each thread gets the sum over its block of what the threads put into shared memory.
          KERNEL(barriers, Args) {
            __shared__ int cells[96];
            cells[threadIdx.x] = (int)(threadIdx.x + 100 * blockIdx.x);
            for (int half = 48; half > 2; half /= 2) {
              __syncthreads();
              if ((int)threadIdx.x < half) { cells[threadIdx.x] += cells[threadIdx.x + half]; }
            }
            __syncthreads();
            a.y[blockIdx.x * blockDim.x + threadIdx.x] = cells[0] + cells[1] + cells[2];
          }
          KERNEL(shuffles, Args) {
            int v = (int)threadIdx.x;
            int other = __shfl_xor_sync(0xffffffffu, v, 5);
            int down = __shfl_down_sync(0xffffffffu, v, 3);
            int up = __shfl_up_sync(0xffffffffu, v, 1);
            int third = __shfl_sync(0xffffffffu, other, 3);
            a.y[threadIdx.x] = other + 1000 * down + 100000 * up + 10000000 * (third % 32);
          }
          // Lanes of half a warp exchange with one another alone.
          KERNEL(halves, Args) {
            unsigned mask = threadIdx.x % 32 < 16 ? 0xffffu : 0xffff0000u;
            int v = (int)threadIdx.x;
            for (int i = 0; i < (threadIdx.x % 32 < 16 ? 3 : 5); i++) { v = __shfl_xor_sync(mask, v, 1); }
            a.y[threadIdx.x] = v;
          }
          KERNEL(apart, Args) {
            if (threadIdx.x < 32) { __shfl_xor_sync(0xffffffffu, 1, 1); } else { __syncthreads(); }
            if (threadIdx.x == 3) { __shfl_xor_sync(0xffffffffu, 1, 1); }
            __syncthreads();
          }
          KERNEL(early, Args) {
            if (threadIdx.x > 40) { return; }
            __syncthreads();
            a.y[threadIdx.x] = 1;
          }
          """;

  @BeforeAll
  static void compiler() {
    Assumptions.assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().orElse(""));
  }

  private static int[] run(String name, int blocks, int threads) {
    EmulatedModule module = Emulator.compile(SOURCE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment y = arena.allocate(4L * blocks * threads, 16);
      MemorySegment argument = arena.allocate(ADDRESS);
      argument.set(ADDRESS, 0, y);
      module.launch(module.kernel(name), new int[] {blocks, 1, 1}, new int[] {threads, 1, 1}, argument);
      return y.toArray(JAVA_INT);
    }
  }

  @Test
  void barriersAreReal() {
    int[] y = run("barriers", 3, 96);
    for (int i = 0; i < y.length; i++) {
      assertEquals(95 * 96 / 2 + 9600 * (i / 96), y[i], "thread " + i);
    }
  }

  @Test
  void shufflesAreReal() {
    int[] y = run("shuffles", 1, 64);
    for (int i = 0; i < y.length; i++) {
      int down = i % 32 + 3 < 32 ? i + 3 : i;
      int up = i % 32 == 0 ? i : i - 1;
      assertEquals((i ^ 5) + 1000 * down + 100_000 * up + 10_000_000 * (3 ^ 5), y[i], "thread " + i);
    }
  }

  @Test
  void partsOfAWarpGoTheirOwnWay() {
    int[] y = run("halves", 1, 64);
    for (int i = 0; i < y.length; i++) {
      assertEquals(i ^ 1, y[i], "thread " + i);
    }
  }

  @Test
  void threadsThatWaitForEverAreToldOf() {
    EmulatorException e = assertThrows(EmulatorException.class, () -> run("apart", 1, 64));
    assertTrue(e.getMessage().contains("waits for ever"), e.getMessage());
    assertEquals(1, run("early", 1, 64)[40], "threads that have ended are not waited for");
  }

  @Test
  void sizesAreChecked() {
    assertThrows(EmulatorException.class, () -> run("early", 0, 64));
    assertThrows(EmulatorException.class, () -> run("early", 1, 1025));
  }

  @Test
  void namesAndSizesOfKernels() {
    EmulatedModule module = Emulator.compile(SOURCE);
    assertTrue(module.has("early"));
    assertFalse(module.has("late"));
    assertEquals(8, module.parameterBytes("early"));
    assertThrows(EmulatorException.class, () -> module.kernel("late"));
  }

  @Test
  void whatDoesNotCompileIsShown() {
    EmulatorException e = assertThrows(EmulatorException.class, () -> Emulator.compile("int f() { return nothing; }"));
    assertTrue(e.getMessage().contains("nothing"), e.getMessage());
  }
}

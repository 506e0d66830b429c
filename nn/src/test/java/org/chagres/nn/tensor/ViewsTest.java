package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class ViewsTest {

  private static final long SEED = Long.getLong("chagres.seed", 41);

  private static void assertSame(Plain expected, Tensor t, String what) {
    assertArrayEquals(expected.shape(), t.shape(), what);
    assertArrayEquals(expected.floats(), t.toFloats(), what);
  }

  /** Chains of random views of random tensors, each step against plain loops. */
  @RepeatedTest(60)
  void chainsOfViews(RepetitionInfo at) {
    long seed = SEED + at.getCurrentRepetition();
    Random random = new Random(seed);
    int rank = random.nextInt(1, 6);
    int[] shape = random.ints(rank, 1, 6).toArray();
    Plain p = Plain.random(random, shape);
    Tensor t = p.tensor();
    StringBuilder what = new StringBuilder("seed " + seed + " " + Arrays.toString(shape));
    for (int step = 0; step < 6; step++) {
      rank = t.rank();
      int d = random.nextInt(rank);
      switch (random.nextInt(6)) {
        case 0 -> {
          int[] order = order(random, rank);
          what.append(" permute ").append(Arrays.toString(order));
          p = p.permute(order);
          t = t.permute(order);
        }
        case 1 -> {
          int size = t.size(d);
          int start = random.nextInt(size);
          int end = random.nextInt(start + 1, size + 1);
          int by = random.nextInt(1, 4);
          what.append(" slice ").append(d).append(' ').append(start).append(' ').append(end).append(' ').append(by);
          p = p.slice(d, start, end, by);
          t = random.nextBoolean() || start == 0 || end == size
              ? t.slice(d, start, end, by)
              : t.slice(d - rank, start - size, end - size, by);
        }
        case 2 -> {
          if (rank > 1) {
            int i = random.nextInt(t.size(d));
            what.append(" select ").append(d).append(' ').append(i);
            p = p.slice(d, i, i + 1, 1);
            int[] less = new int[rank - 1];
            for (int k = 0; k < less.length; k++) {
              less[k] = p.shape()[k < d ? k : k + 1];
            }
            p = p.reshape(less);
            t = t.select(d, i);
          }
        }
        case 3 -> {
          int[] joined = joined(random, p.shape());
          what.append(" reshape ").append(Arrays.toString(joined));
          p = p.reshape(joined);
          t = t.reshape(joined);
        }
        case 4 -> {
          what.append(" unsqueeze ").append(d);
          int[] more = new int[rank + 1];
          for (int k = 0; k < more.length; k++) {
            more[k] = k == d ? 1 : p.shape()[k < d ? k : k - 1];
          }
          if (rank < 6) {
            p = p.reshape(more);
            t = t.unsqueeze(d);
          }
        }
        default -> {
          int[] to = p.shape().clone();
          to[d] = to[d] == 1 ? random.nextInt(1, 4) : to[d];
          what.append(" expand ").append(Arrays.toString(to));
          p = p.expand(to);
          t = t.expand(to);
        }
      }
      assertSame(p, t, what.toString());
      assertSame(p, t.copy(), what + " copy");
      assertSame(p, t.contiguous(), what + " contiguous");
      assertTrue(t.contiguous().isContiguous(), what.toString());
      assertArrayEquals(
          Plain.of(t.to(DType.I64)).data(), Arrays.stream(p.data()).map(v -> (long) (float) v).toArray(),
          what + " cast");
      if (t.rank() == 4) {
        assertSame(p, t.channelsLast(), what + " channels last");
        assertTrue(t.channelsLast().isChannelsLast());
      }
    }
  }

  private static int[] order(Random random, int rank) {
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Two neighbouring dimensions joined, or one split off as 1. */
  private static int[] joined(Random random, int[] shape) {
    if (shape.length < 2) {
      return new int[] {1, shape[0]};
    }
    int at = random.nextInt(shape.length - 1);
    int[] out = new int[shape.length - 1];
    for (int i = 0; i < out.length; i++) {
      out[i] = i < at ? shape[i] : i == at ? shape[i] * shape[i + 1] : shape[i + 1];
    }
    return out;
  }

  /** An image lies channels-last, yet flattens in PyTorch's order (C, H, W). */
  @Test
  void imagesFlattenInLogicalOrder() {
    Tensor x = Tensor.arange(24).to(DType.F32).reshape(1, 2, 3, 4).channelsLast();
    assertArrayEquals(new long[] {24, 1, 8, 2}, x.strides());
    assertTrue(x.isChannelsLast() && x.isDense() && !x.isContiguous());
    float[] expected = Tensor.arange(24).to(DType.F32).toFloats();
    assertArrayEquals(expected, x.flatten().toFloats());
    assertArrayEquals(expected, x.flatten(1, 3).toFloats());
    assertArrayEquals(new int[] {1, 24}, x.flatten(1, -1).shape());
    assertArrayEquals(expected, x.reshape(4, 6).toFloats());
    assertThrows(IllegalArgumentException.class, () -> x.view(4, 6), "memory is not in that order");
    assertArrayEquals(new int[] {3, 4, 2}, x.permute(0, 2, 3, 1).view(3, 4, 2).shape());
  }

  @Test
  void viewsShareMemory() {
    Tensor x = Tensor.zeros(2, 3);
    x.t().select(0, 1).fill(5);
    x.slice(1, 2, 3).addInPlace(Tensor.scalar(1));
    x.reshape(6).slice(0, 0, 1).copyFrom(Tensor.scalar(-1));
    x.unsqueeze(0).squeeze(0).get(1).get(0).mulInPlace(3).addInPlace(Tensor.scalar(2));
    assertArrayEquals(new float[] {-1, 5, 1, 2, 5, 1}, x.toFloats());
    Tensor copy = x.copy();
    copy.fill(0);
    assertNotEquals(0, x.toFloats()[0]);
  }

  @Test
  void squeezeDropsOnlySizeOne() {
    Tensor x = Tensor.ones(1, 3, 1);
    assertArrayEquals(new int[] {3, 1}, x.squeeze(0).shape());
    assertArrayEquals(new int[] {1, 3}, x.squeeze(-1).shape());
    assertArrayEquals(new int[] {1, 3, 1}, x.squeeze(1).shape());
    assertArrayEquals(new int[] {1}, Tensor.scalar(2).unsqueeze(0).shape());
    assertArrayEquals(new int[] {2, 1}, Tensor.ones(2).unsqueeze(-1).shape());
    assertArrayEquals(new int[] {3, 2, 1}, Tensor.ones(2, 1).expand(3, -1, -1).shape());
    assertArrayEquals(new int[] {0, 3}, Tensor.ones(4, 3).slice(0, 3, 1).shape());
    assertArrayEquals(new int[] {2}, Tensor.ones(4).slice(0, 0, Integer.MAX_VALUE, 3).shape());
    assertArrayEquals(new int[] {1}, Tensor.ones(4).slice(0, 0, 4, Integer.MAX_VALUE).shape());
  }

  @Test
  void errors() {
    Tensor x = Tensor.ones(2, 3);
    assertMessage(IllegalArgumentException.class, "shape [4, -1] is invalid for a tensor of 6 elements",
        () -> x.reshape(4, -1));
    assertMessage(IllegalArgumentException.class, "at most one size may be -1", () -> x.reshape(-1, -1));
    assertMessage(IllegalArgumentException.class, "named twice", () -> x.permute(0, 0));
    assertMessage(IllegalArgumentException.class, "expected 2 dimensions", () -> x.permute(0));
    assertMessage(IndexOutOfBoundsException.class, "expected -2 to 1, got 2", () -> x.transpose(0, 2));
    assertMessage(IndexOutOfBoundsException.class, "index 3 is out of range for dimension 1 of size 3",
        () -> x.select(1, 3));
    assertMessage(IllegalArgumentException.class, "does not broadcast", () -> x.expand(4, 3));
    assertMessage(IllegalArgumentException.class, "fewer dimensions", () -> x.expand(3));
    assertMessage(IllegalArgumentException.class, "step of 1 or more", () -> x.slice(0, 0, 2, 0));
    assertMessage(IllegalArgumentException.class, "comes after", () -> x.flatten(1, 0));
    assertMessage(IllegalArgumentException.class, "no dimensions", () -> Tensor.scalar(1).slice(0, 0, 1));
    assertMessage(IllegalArgumentException.class, "no dimensions", () -> Tensor.scalar(1).select(0, 0));
    assertMessage(IllegalArgumentException.class, "no dimensions", () -> Tensor.scalar(1).transpose(0, 0));
    assertMessage(IllegalStateException.class, "at most 2 dimensions", () -> Tensor.ones(1, 1, 1).t());
    assertMessage(IllegalStateException.class, "expected 4 dimensions", x::channelsLast);
  }

  private static void assertMessage(
      Class<? extends Exception> type, String part, org.junit.jupiter.api.function.Executable action) {
    String message = assertThrows(type, action).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void catAndStack() {
    Random random = new Random(SEED);
    for (int[] s : new int[][] {{3}, {2, 3}, {2, 3, 4}, {2, 3, 4, 2}, {1, 2, 3, 2, 2}}) {
      for (int dim = 0; dim < s.length; dim++) {
        int[] other = s.clone();
        other[dim]++;
        Plain a = Plain.random(random, s);
        Plain b = Plain.random(random, other);
        Tensor y = Tensor.cat(dim - s.length, a.tensor(), b.tensor(), a.tensor());
        int d = dim;
        int[] to = s.clone();
        to[dim] = 3 * s[dim] + 1;
        Plain expected = Plain.of(to, i -> {
          int[] from = i.clone();
          boolean first = i[d] < s[d];
          boolean middle = !first && i[d] < 2 * s[d] + 1;
          from[d] -= first ? 0 : middle ? s[d] : 2 * s[d] + 1;
          return middle ? b.at(from) : a.at(from);
        });
        assertSame(expected, y, Arrays.toString(s) + " along " + dim);
        Tensor stacked = Tensor.stack(dim, a.tensor(), a.tensor().neg());
        assertSame(a, stacked.select(dim, 0), "stack");
        assertEquals(2, stacked.size(dim));
      }
    }
    assertArrayEquals(new int[] {2, 2}, Tensor.stack(-1, Tensor.ones(2), Tensor.ones(2)).shape());
    assertEquals(DType.F32, Tensor.cat(0, Tensor.arange(2), Tensor.ones(1)).dtype());
    assertEquals(DType.U8, Tensor.cat(0, Tensor.of(new byte[1]), Tensor.of(new byte[1])).dtype());
    assertMessage(IllegalArgumentException.class, "tensor 1 is [2, 4]",
        () -> Tensor.cat(0, Tensor.ones(2, 3), Tensor.ones(2, 4)));
    assertMessage(IllegalArgumentException.class, "at least one", () -> Tensor.cat(0));
    assertMessage(IllegalArgumentException.class, "use stack", () -> Tensor.cat(0, Tensor.scalar(1)));
    assertMessage(IllegalArgumentException.class, "tensor 1 is [3]",
        () -> Tensor.stack(0, Tensor.ones(2), Tensor.ones(3)));
  }

  /** Integers over 2^24, which f32 cannot hold, are picked and compared exactly. */
  @Test
  void picking() {
    Tensor x = Tensor.of(new float[] {0, 1, 10, 11, 20, 21}, 3, 2);
    assertArrayEquals(new float[] {20, 21, 0, 1}, x.indexSelect(Tensor.of(new long[] {2, 0})).toFloats());
    assertArrayEquals(new float[] {1, 21}, x.t().get(1).indexSelect(Tensor.of(new long[] {0, 2})).toFloats());
    long big = (1L << 40) + 1;
    Tensor picked = Tensor.of(new long[] {big, 7}, 2, 1).indexSelect(Tensor.of(new long[] {1, 0, 0}));
    assertArrayEquals(new long[] {7, big, big}, picked.toLongs());
    assertEquals(DType.I64, picked.dtype());
    assertArrayEquals(new double[] {0.1}, Tensor.of(new double[] {0.1}).indexSelect(Tensor.arange(1)).toDoubles());
    assertArrayEquals(new long[] {9}, Tensor.of(new byte[] {8, 9}).indexSelect(Tensor.of(new long[] {1})).toLongs());
    assertMessage(IndexOutOfBoundsException.class, "index 3 at position 1 is out of range for 3 rows",
        () -> x.indexSelect(Tensor.of(new long[] {0, 3})));
    assertMessage(IllegalArgumentException.class, "expected i64", () -> x.indexSelect(Tensor.of(new int[] {0})));
  }
}

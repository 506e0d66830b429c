package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Arithmetic, broadcasting, comparison, products: against plain loops in double. */
final class ArithmeticTest {

  private static final long SEED = Long.getLong("chagres.seed", 47);

  private static int[] broadcast(int[] a, int[] b) {
    int[] out = new int[Math.max(a.length, b.length)];
    for (int i = 1; i <= out.length; i++) {
      int da = i > a.length ? 1 : a[a.length - i];
      int db = i > b.length ? 1 : b[b.length - i];
      out[out.length - i] = Math.max(da, db);
    }
    return out;
  }

  /** A shape that broadcasts with the one given: dimensions dropped or of size 1. */
  private static int[] part(Random random, int[] shape) {
    int[] out = Arrays.copyOfRange(shape, random.nextInt(shape.length + 1), shape.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = random.nextInt(3) == 0 ? 1 : out[i];
    }
    return out;
  }

  private static Tensor shuffled(Random random, Plain p) {
    int rank = p.shape().length;
    if (rank < 2 || random.nextBoolean()) {
      return p.tensor();
    }
    int a = random.nextInt(rank);
    int b = random.nextInt(rank);
    return p.tensor().transpose(a, b).contiguous().transpose(a, b);
  }

  @RepeatedTest(40)
  void broadcasting(RepetitionInfo at) {
    long seed = SEED + at.getCurrentRepetition();
    Random random = new Random(seed);
    int[] shape = random.ints(random.nextInt(1, 6), 1, 5).toArray();
    Plain a = Plain.random(random, part(random, shape));
    Plain b = Plain.random(random, part(random, shape));
    Tensor x = shuffled(random, a);
    Tensor y = shuffled(random, b);
    String what = "seed " + seed + " " + Arrays.toString(a.shape()) + Arrays.toString(b.shape());
    check(a, b, (p, q) -> p + q, x.add(y), what);
    check(a, b, (p, q) -> p - q, x.sub(y), what);
    check(a, b, (p, q) -> p * q, x.mul(y), what);
    check(a, b, (p, q) -> p / q, x.div(y), what);
    check(a, b, Math::max, x.maximum(y), what);
    check(a, b, Math::min, x.minimum(y), what);
    check(a, b, (p, q) -> Math.pow(Math.abs(p), q), x.abs().pow(y), what);
    check(a, b, (p, q) -> p < q ? 1 : 0, x.lt(y), what);
    check(a, b, (p, q) -> p >= q ? 1 : 0, x.ge(y), what);
    check(a, b, (p, q) -> p == q ? 1 : 0, x.eq(y), what);
    check(a, b, (p, q) -> p < q ? p : q, Tensor.where(x.lt(y), x, y), what);
    for (DType type : new DType[] {DType.F64, DType.I64, DType.I32}) {
      Plain c = Plain.of(x.to(type));
      Plain d = Plain.of(y.to(type));
      check(c, d, (p, q) -> p + q, x.to(type).add(y.to(type)), what + type);
      check(c, d, (p, q) -> p * q, x.to(type).mul(y.to(type)), what + type);
      check(c, d, (p, q) -> p != q ? 1 : 0, x.to(type).ne(y.to(type)), what + type);
    }
  }

  private static void check(Plain a, Plain b, DoubleBinaryOperator f, Tensor t, String what) {
    int[] shape = broadcast(a.shape(), b.shape());
    Plain x = a.expand(shape);
    Plain y = b.expand(shape);
    assertArrayEquals(shape, t.shape(), what);
    double[] values = t.toDoubles();
    for (int i = 0; i < values.length; i++) {
      double e = f.applyAsDouble((float) x.data()[i], (float) y.data()[i]);
      assertEquals(e, values[i], 1e-5 * (1 + Math.abs(e)), what + " at " + i);
    }
  }

  @Test
  void promotion() {
    Tensor bool = Tensor.of(new boolean[] {true});
    Tensor u8 = Tensor.of(new byte[] {(byte) 200});
    Tensor i32 = Tensor.of(new int[] {3});
    Tensor i64 = Tensor.of(new long[] {4});
    Tensor f32 = Tensor.of(new float[] {0.5f});
    Tensor f64 = Tensor.of(new double[] {0.25});
    assertEquals(DType.I32, u8.add(u8).dtype(), "bytes are widened, so that they do not wrap");
    assertEquals(400, u8.add(u8).item());
    assertEquals(-200, u8.neg().item());
    assertEquals(-200, u8.mul(-1).item());
    assertEquals(3, bool.add(2).item());
    assertEquals(DType.I64, i32.add(i64).dtype());
    assertEquals(DType.F32, i64.mul(f32).dtype());
    assertEquals(DType.F64, f32.add(f64).dtype());
    assertEquals(DType.F32, i64.div(i32).dtype());
    assertEquals(4f / 3, (float) i64.div(i32).item());
    assertEquals(DType.I64, i64.add(2).dtype());
    assertEquals(4.5, i64.add(0.5).item());
    assertEquals(DType.F32, i64.add(0.5).dtype());
    assertEquals(DType.I64, i64.neg().dtype());
    assertEquals((1L << 60) + 1, Tensor.of(new long[] {1L << 60}).add(1).toLongs()[0]);
    assertEquals(0.25 / 0.1, f64.div(0.1).item(), "in double, not in float");
  }

  /** Where an op promoted its operands, each gets a gradient of its own type. */
  @Test
  void gradientsThroughPromotion() {
    Tensor x = Tensor.of(new float[] {2}).requiresGrad(true);
    Tensor d = Tensor.of(new double[] {8});
    x.mul(d).add(d.div(x)).to(DType.F32).sum().backward();
    assertEquals(DType.F32, x.grad().dtype());
    assertEquals(8 - 2, x.grad().item(), 1e-6);
    x.clearGrad();
    Tensor.cat(0, x, d).to(DType.F32).sum().backward();
    assertEquals(1, x.grad().item());
    x.clearGrad();
    x.mul(Tensor.of(new long[] {3})).sum().backward();
    assertEquals(3, x.grad().item());
  }

  @Test
  void comparisonsWithNumbers() {
    Tensor u8 = Tensor.of(new byte[] {0, (byte) 200});
    assertArrayEquals(new long[] {1, 1}, u8.lt(300).toLongs());
    assertArrayEquals(new long[] {1, 1}, u8.gt(-1).toLongs());
    assertArrayEquals(new long[] {0, 1}, u8.gt(199.5).toLongs());
    assertArrayEquals(new long[] {0, 0}, Tensor.of(new boolean[] {true, false}).eq(2).toLongs());
    assertArrayEquals(new long[] {1}, Tensor.of(new int[] {5}).lt(1e10).toLongs());
    Tensor x = Tensor.of(new float[] {0.1f, Float.NaN});
    assertArrayEquals(new long[] {1, 0}, x.eq(0.1).toLongs());
    assertArrayEquals(new long[] {0, 1}, x.ne(0.1).toLongs());
    assertEquals(DType.BOOL, x.le(0).dtype());
    long big = (1L << 53) + 1;
    assertArrayEquals(new long[] {0}, Tensor.of(new long[] {big}).eq(Tensor.of(new long[] {big - 1})).toLongs());
  }

  @Test
  void whereKeepsIntegers() {
    long big = (1L << 60) + 1;
    Tensor c = Tensor.of(new boolean[] {true, false});
    Tensor y = Tensor.where(c, Tensor.of(new long[] {big, 1}), Tensor.of(new long[] {2, -big}));
    assertEquals(DType.I64, y.dtype());
    assertArrayEquals(new long[] {big, -big}, y.toLongs());
    assertArrayEquals(new float[] {1, 0.5f}, Tensor.where(c, Tensor.ones(1), Tensor.scalar(0.5)).toFloats());
    // What is not chosen does not matter, not even as a NaN.
    assertArrayEquals(new float[] {1, 2},
        Tensor.where(c, Tensor.of(new float[] {1, Float.NaN}), Tensor.of(new float[] {Float.NaN, 2})).toFloats());
    assertThrows(IllegalArgumentException.class, () -> Tensor.where(Tensor.ones(2), Tensor.ones(2), Tensor.ones(2)));
  }

  @Test
  void errorsNameShapes() {
    String message = assertThrows(IllegalArgumentException.class, () -> Tensor.ones(2, 3).add(Tensor.ones(2, 4)))
        .getMessage();
    assertTrue(message.contains("add: shapes [2, 3] and [2, 4] do not broadcast"), message);
    assertTrue(message.contains("sizes 3 and 4 in dimension 1"), message);
    message = assertThrows(IllegalArgumentException.class, () -> Tensor.ones(2, 3).matmul(Tensor.ones(2, 3)))
        .getMessage();
    assertTrue(message.contains("3 columns, 2 rows"), message);
    assertThrows(IllegalArgumentException.class, () -> Tensor.ones(2).matmul(Tensor.scalar(1)));
    assertThrows(IllegalArgumentException.class, () -> Tensor.ones(2, 2, 3).matmul(Tensor.ones(3, 3, 3)));
    assertThrows(IllegalArgumentException.class, () -> Tensor.ones(2).matmul(Tensor.arange(2)));
    message = assertThrows(IllegalArgumentException.class, () -> Tensor.of(new double[1]).exp()).getMessage();
    assertTrue(message.contains("exp: expected f32"), message);
    assertThrows(IllegalArgumentException.class, () -> Tensor.ones(1).clamp(2, 1));
  }

  /** All ranks, with operands as they lie: transposed, sliced, expanded. */
  @RepeatedTest(40)
  void products(RepetitionInfo at) {
    long seed = SEED + at.getCurrentRepetition();
    Random random = new Random(seed);
    int[] batch = random.ints(random.nextInt(3), 1, 4).toArray();
    int m = random.nextInt(1, 20);
    int k = random.nextInt(1, 20);
    int n = random.nextInt(1, 20);
    int[] lead = part(random, batch.length == 0 ? new int[] {1} : batch);
    Plain a = Plain.random(random, join(batch, m, k));
    Plain b = Plain.random(random, join(batch.length == 0 ? new int[0] : lead, k, n));
    Tensor x = operand(random, a);
    Tensor y = operand(random, b);
    String what = "seed " + seed + Arrays.toString(a.shape()) + Arrays.toString(b.shape());
    Tensor z = x.matmul(y);
    int[] out = join(batch, m, n);
    assertArrayEquals(out, z.shape(), what);
    Plain q = b.expand(join(batch, k, n));
    Plain expected = Plain.of(out, i -> {
      int[] left = i.clone();
      int[] right = i.clone();
      double sum = 0;
      for (int j = 0; j < k; j++) {
        left[left.length - 1] = j;
        right[right.length - 2] = j;
        sum += (double) (float) a.at(left) * (float) q.at(right);
      }
      return sum;
    });
    assertArrayEquals(expected.data(), z.toDoubles(), 1e-4 * k, what);
  }

  private static int[] join(int[] batch, int... rest) {
    int[] out = Arrays.copyOf(batch, batch.length + rest.length);
    System.arraycopy(rest, 0, out, batch.length, rest.length);
    return out;
  }

  private static Tensor operand(Random random, Plain p) {
    Tensor t = p.tensor();
    return switch (random.nextInt(4)) {
      case 0 -> t.transpose(-1, -2).contiguous().transpose(-1, -2);
      case 1 -> Tensor.cat(-1, t, t).slice(-1, 0, t.size(-1));
      case 2 -> Tensor.stack(-1, t, t.neg()).select(-1, 0);
      default -> t;
    };
  }

  @Test
  void productsOfVectorsAndOfNothing() {
    Tensor v = Tensor.of(new float[] {1, 2, 3});
    assertEquals(14, v.matmul(v).item());
    assertArrayEquals(new int[0], v.matmul(v).shape());
    Tensor m = Tensor.of(new float[] {1, 0, 0, 0, 1, 0}, 2, 3);
    assertArrayEquals(new float[] {1, 2}, m.matmul(v).toFloats());
    assertArrayEquals(new float[] {1, 2, 3}, Tensor.ones(1, 3).mul(v).matmul(Tensor.eye(3)).get(0).toFloats());
    assertArrayEquals(new int[] {2, 3}, v.matmul(Tensor.ones(2, 3, 3)).shape());
    assertArrayEquals(new float[4], Tensor.ones(2, 0).matmul(Tensor.ones(0, 2)).toFloats());
    assertArrayEquals(new int[] {0, 2}, Tensor.ones(0, 3).matmul(Tensor.ones(3, 2)).shape());
    assertArrayEquals(new int[] {0, 3, 2}, Tensor.ones(0, 3, 3).matmul(Tensor.ones(3, 2)).shape());
    assertArrayEquals(new int[] {0, 3, 2}, Tensor.ones(0, 3, 3).matmul(Tensor.ones(1, 3, 2)).shape());
  }
}

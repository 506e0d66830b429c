package org.chagres.simd.gemm;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.GemmShape;

/**
 * Products of f32 matrices: C = op(A)·op(B) (+ C) + bias.
 *
 * <p>Three ways, chosen by shape alone: no sums at all ({@link EmptyGemm}); a few vectors times a matrix, which is
 * as fast as the matrix can be read ({@link SkinnyGemm}); everything else, packed and multiplied tile by tile
 * ({@link BlockedGemm}).
 */
public final class Gemm {

  private Gemm() {}

  /**
   * A batch of products.
   *
   * @param shape sizes, transposes, leading dimensions, batch
   * @param a A, f32
   * @param b B, f32
   * @param bias n floats, one added to each column of every C, or {@link MemorySegment#NULL}
   * @param c C, f32; must not overlap the others
   * @return the job; k = 0 gives C the bias or zeros, or, accumulating, adds the bias
   * @throws IllegalArgumentException if a segment is too small or lies on the heap, or the operands overlap C
   * @throws IllegalStateException if a segment's memory has been closed
   */
  public static Job multiply(
      GemmShape shape, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
    var at =
        new Operands(
            Native.address(a, bytes(shape.aCount()), "a"),
            Native.address(b, bytes(shape.bCount()), "b"),
            Native.optionalAddress(bias, bytes(shape.n()), "bias"),
            Native.address(c, bytes(shape.cCount()), "c"));
    checkApart("a", at.a(), bytes(shape.aCount()), at.c(), bytes(shape.cCount()));
    checkApart("b", at.b(), bytes(shape.bCount()), at.c(), bytes(shape.cCount()));
    if (at.bias() != 0) {
      checkApart("bias", at.bias(), bytes(shape.n()), at.c(), bytes(shape.cCount()));
    }
    if (shape.cCount() == 0 || shape.k() == 0) {
      return new EmptyGemm(shape, at);
    }
    GemmShape folded = fold(shape);
    if (SkinnyGemm.suits(folded)) {
      return new SkinnyGemm(folded, at);
    }
    return new BlockedGemm(folded, at);
  }

  /** A batch that shares B is one taller product. */
  private static GemmShape fold(GemmShape s) {
    long rows = (long) s.batch() * s.m();
    boolean dense = !s.a().transposed() && s.a().batchStride() == (long) s.m() * s.a().ld();
    if (s.batch() == 1 || s.b().batchStride() != 0 || !dense || rows > Integer.MAX_VALUE - Tiles.EDGE) {
      return s;
    }
    return new GemmShape((int) rows, s.n(), s.k(), s.a(), s.b(), s.ldc(), 1, s.accumulate());
  }

  private static long bytes(long floats) {
    return Math.multiplyExact(floats, 4L);
  }

  private static void checkApart(String name, long x, long xBytes, long c, long cBytes) {
    if (xBytes > 0 && x < c + cBytes && c < x + xBytes) {
      throw new IllegalArgumentException(name + ": expected memory apart from c, but they overlap");
    }
  }
}

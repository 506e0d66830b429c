package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.GemmShape;

/**
 * A few vectors times a matrix: op(A) with few rows, or op(B) with few columns. The matrix is not packed.
 *
 * <p>Both cases are one: {@code count} vectors x of k floats, a matrix W of {@code width} outputs, y = W·x. Where
 * op(B) is the narrow one, it takes the place of op(A), and C is written transposed. Where the k of one output lie
 * together in W, an output is a dot product; where the outputs of one k lie together, all outputs are sums of rows
 * of W. Chunks are ranges of outputs.
 */
final class SkinnyGemm extends Job {

  /** Vectors up to which dot products are faster than packing W; measured. */
  static final int MOST_DOTS = 12;

  /** Vectors up to which sums of rows are faster than packing W; measured. */
  static final int MOST_SUMS = 4;

  /** Bytes of W that a chunk reads at least; some 20 µs from memory. */
  private static final long CHUNK_BYTES = 512L << 10;

  private static final int CHUNKS = 32;

  /** Outputs in a chunk at most where rows of W are summed, so that the sums stay in L1. */
  private static final int SUMS = 2048;

  private final GemmShape shape;
  private final Operands at;
  private final int count;
  private final int width;
  private final boolean swapped;
  private final GemmShape.Operand vectors;
  private final GemmShape.Operand matrix;
  private final boolean dots;
  private final boolean gathered;
  private final int widthOfChunk;

  SkinnyGemm(GemmShape shape, Operands at) {
    this.shape = shape;
    this.at = at;
    swapped = shape.n() < shape.m();
    count = swapped ? shape.n() : shape.m();
    width = swapped ? shape.m() : shape.n();
    vectors = swapped ? shape.b() : shape.a();
    matrix = swapped ? shape.a() : shape.b();
    dots = matrix.transposed() != swapped;
    gathered = vectors.transposed() != swapped;
    long chunks = Math.clamp(4L * width * shape.k() / CHUNK_BYTES, 1, CHUNKS);
    int most = dots ? width : Math.min(SUMS, width);
    widthOfChunk = Math.min(most, Blocking.roundUp((int) Math.ceilDiv(width, chunks), 64));
  }

  /** Whether this way is the faster one. */
  static boolean suits(GemmShape shape) {
    boolean swapped = shape.n() < shape.m();
    boolean dots = swapped ? !shape.a().transposed() : shape.b().transposed();
    return Math.min(shape.m(), shape.n()) <= (dots ? MOST_DOTS : MOST_SUMS);
  }

  @Override
  public int chunks(int phase) {
    return Math.multiplyExact(shape.batch(), Math.ceilDiv(width, widthOfChunk));
  }

  /** The vectors, where theirs do not lie together, and the sums. */
  @Override
  public long localBytes() {
    return gatheredBytes() + (dots ? Vectors.PAIR_BYTES : 4L * widthOfChunk);
  }

  @Override
  public long estimatedNanos() {
    return (long) (300 + shape.batch() * (double) width * shape.k() * (1 + count) / 16);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    int chunksOfItem = Math.ceilDiv(width, widthOfChunk);
    int item = chunk / chunksOfItem;
    int first = chunk % chunksOfItem * widthOfChunk;
    int outputs = Math.min(widthOfChunk, width - first);
    long x = (swapped ? at.b() : at.a()) + 4L * item * vectors.batchStride();
    long xRow = 4L * vectors.ld();
    if (gathered) {
      gather(x, local);
      x = local;
      xRow = 4L * shape.k();
    }
    long w = (swapped ? at.a() : at.b()) + 4L * item * matrix.batchStride();
    long sums = local + gatheredBytes();
    if (dots) {
      for (int j = first; j < first + outputs; j += 4) {
        int ready = Math.min(4, first + outputs - j);
        long rows = w + 4L * j * matrix.ld();
        int v = 0;
        for (; v + 1 < count && ready == 4; v += 2) {
          Vectors.pairDots(x + v * xRow, xRow, rows, 4L * matrix.ld(), shape.k(), sums);
          store(sums, 4, item, v, j);
          store(sums + 16, 4, item, v + 1, j);
        }
        for (; v < count; v++) {
          Vectors.dots(x + v * xRow, rows, 4L * matrix.ld(), ready, shape.k(), sums);
          store(sums, ready, item, v, j);
        }
      }
    } else {
      for (int v = 0; v < count; v++) {
        Vectors.sumRows(x + v * xRow, w + 4L * first, 4L * matrix.ld(), shape.k(), outputs, sums);
        store(sums, outputs, item, v, first);
      }
    }
  }

  private long gatheredBytes() {
    return gathered ? (4L * shape.k() * count + 63) & -64 : 0;
  }

  /** Brings the k of each vector together. */
  private void gather(long x, long to) {
    long step = 4L * vectors.ld();
    for (int v = 0; v < count; v++) {
      for (int k = 0; k < shape.k(); k++) {
        float value = ALL.get(JAVA_FLOAT_UNALIGNED, x + k * step + 4L * v);
        ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * ((long) v * shape.k() + k), value);
      }
    }
  }

  /** Writes outputs {@code first}.. of vector v to C. */
  private void store(long sums, int outputs, int item, int v, int first) {
    long step = swapped ? 4L * shape.ldc() : 4;
    long y = at.c() + 4L * item * shape.m() * shape.ldc() + first * step + v * (swapped ? 4L : 4L * shape.ldc());
    long biasStep = swapped ? 0 : 4;
    long bias = at.bias() == 0 ? 0 : at.bias() + (swapped ? 4L * v : 4L * first);
    for (int j = 0; j < outputs; j++) {
      float sum = ALL.get(JAVA_FLOAT_UNALIGNED, sums + 4L * j);
      if (shape.accumulate()) {
        sum += ALL.get(JAVA_FLOAT_UNALIGNED, y + j * step);
      }
      if (bias != 0) {
        sum += ALL.get(JAVA_FLOAT_UNALIGNED, bias + j * biasStep);
      }
      ALL.set(JAVA_FLOAT_UNALIGNED, y + j * step, sum);
    }
  }
}

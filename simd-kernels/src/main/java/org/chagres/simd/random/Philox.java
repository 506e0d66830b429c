package org.chagres.simd.random;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Philox4x32-10, a generator without state: ten rounds of multiply and exclusive-or turn a 128-bit counter and a 64-bit key
 * into four 32-bit words.
 *
 * <p>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A word is a function of
 * (seed, subsequence, index) alone, so neither threads nor the width of a vector show in it.
 *
 * <p>Vectors hold a counter's word in the low half of a 64-bit lane, because the product of two such lanes is one instruction
 * where only low halves go in; the high halves carry rubbish in between and are masked before each product.
 */
public final class Philox {

  static final int M0 = 0xD2511F53;
  static final int M1 = 0xCD9E8D57;
  static final int W0 = 0x9E3779B9;
  static final int W1 = 0xBB67AE85;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Long> L =
      VectorSpecies.of(long.class, VectorShape.forBitSize(Lanes.FLOAT.vectorBitSize()));
  private static final int N = L.length();
  private static final long LOW = 0xFFFFFFFFL;

  // Lane j of the first half of the output is lane j / 2 of one of the two sources, of the second half lane (N + j) / 2.
  private static final VectorShuffle<Long> FIRST = VectorShuffle.fromOp(L, j -> j / 2);
  private static final VectorShuffle<Long> SECOND = VectorShuffle.fromOp(L, j -> (N + j) / 2);
  private static final VectorMask<Long> ODD = VectorMask.fromLong(L, 0xAAAAAAAAAAAAAAAAL);
  private static final LongVector IOTA = LongVector.zero(L).addIndex(1);

  private Philox() {}

  /** How many counters a call for that many elements uses up: one for four elements. */
  public static long counters(long count) {
    return (count + 3) / 4;
  }

  /**
   * One word, worked out alone.
   *
   * @param seed the key
   * @param subsequence the upper half of the counter
   * @param counter the lower half of the counter
   * @param word which of the four, 0 to 3
   */
  public static int word(long seed, long subsequence, long counter, int word) {
    int c0 = (int) counter;
    int c1 = (int) (counter >>> 32);
    int c2 = (int) subsequence;
    int c3 = (int) (subsequence >>> 32);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = (M0 & LOW) * (c0 & LOW);
      long p1 = (M1 & LOW) * (c2 & LOW);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += W0;
      k1 += W1;
    }
    return switch (word) {
      case 0 -> c0;
      case 1 -> c1;
      case 2 -> c2;
      case 3 -> c3;
      default -> throw new IllegalArgumentException("word: expected 0 to 3, got " + word);
    };
  }

  /**
   * Writes the words of consecutive counters, four to a counter. The address is trusted.
   *
   * @param at where the stream stands; the first counter is {@code at.offset() + skip}
   * @param subsequence the upper half of the counter
   * @param skip counters to leave out first
   * @param blocks counters to use
   * @param address where to write, 16 bytes a counter
   */
  public static void fill(Stream at, long subsequence, long skip, int blocks, long address) {
    long counter = at.offset() + skip;
    int whole = blocks / N * N;
    fillVectors(at.seed(), subsequence, counter, whole, address);
    for (int b = whole; b < blocks; b++) {
      for (int w = 0; w < 4; w++) {
        ALL.set(JAVA_INT_UNALIGNED, address + 16L * b + 4L * w, word(at.seed(), subsequence, counter + b, w));
      }
    }
  }

  private static void fillVectors(long seed, long subsequence, long counter, int blocks, long address) {
    // C2 picks the one-instruction product only where it sees that both factors fit 32 bits: after a mask or such a shift.
    LongVector m0 = LongVector.broadcast(L, (long) M0 << 32).lanewise(VectorOperators.LSHR, 32);
    LongVector m1 = LongVector.broadcast(L, (long) M1 << 32).lanewise(VectorOperators.LSHR, 32);
    LongVector w0 = LongVector.broadcast(L, W0 & LOW);
    LongVector w1 = LongVector.broadcast(L, W1 & LOW);
    for (int b = 0; b < blocks; b += N) {
      LongVector c0 = IOTA.add(counter + b);
      LongVector c1 = c0.lanewise(VectorOperators.LSHR, 32);
      LongVector c2 = LongVector.broadcast(L, subsequence);
      LongVector c3 = LongVector.broadcast(L, subsequence >>> 32);
      LongVector k0 = LongVector.broadcast(L, seed);
      LongVector k1 = LongVector.broadcast(L, seed >>> 32);
      for (int round = 0; round < 10; round++) {
        LongVector p0 = c0.and(LOW).mul(m0);
        LongVector p1 = c2.and(LOW).mul(m1);
        c0 = p1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1.lanewise(VectorOperators.XOR, k0));
        c1 = p1;
        c2 = p0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3.lanewise(VectorOperators.XOR, k1));
        c3 = p0;
        k0 = k0.add(w0);
        k1 = k1.add(w1);
      }
      LongVector low = c0.and(LOW).or(c1.lanewise(VectorOperators.LSHL, 32));
      LongVector high = c2.and(LOW).or(c3.lanewise(VectorOperators.LSHL, 32));
      long to = address + 16L * b;
      low.rearrange(FIRST).blend(high.rearrange(FIRST), ODD).intoMemorySegment(ALL, to, ORDER);
      low.rearrange(SECOND).blend(high.rearrange(SECOND), ODD).intoMemorySegment(ALL, to + 8L * N, ORDER);
    }
  }
}

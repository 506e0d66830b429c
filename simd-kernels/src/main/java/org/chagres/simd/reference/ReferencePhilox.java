package org.chagres.simd.reference;

/** Philox4x32-10 and the numbers made of it, word by word as the paper puts it, functions in double. */
public final class ReferencePhilox {

  private ReferencePhilox() {}

  /**
   * The four words of a counter, as unsigned numbers.
   *
   * @param counter four unsigned words, the lowest first
   * @param key two unsigned words, the lowest first
   */
  public static long[] words(long[] counter, long[] key) {
    long[] c = counter.clone();
    long k0 = key[0];
    long k1 = key[1];
    for (int round = 0; round < 10; round++) {
      long p0 = 0xD2511F53L * c[0];
      long p1 = 0xCD9E8D57L * c[2];
      c =
          new long[] {
            (p1 >>> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFFL, (p0 >>> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFFL,
          };
      k0 = (k0 + 0x9E3779B9L) & 0xFFFFFFFFL;
      k1 = (k1 + 0xBB67AE85L) & 0xFFFFFFFFL;
    }
    return c;
  }

  /** The word of an element, unsigned. */
  public static long word(long seed, long subsequence, long offset, long element) {
    long counter = offset + element / 4;
    return words(
        new long[] {
          counter & 0xFFFFFFFFL, counter >>> 32, subsequence & 0xFFFFFFFFL, subsequence >>> 32,
        },
        new long[] {seed & 0xFFFFFFFFL, seed >>> 32})[(int) (element % 4)];
  }

  /** Uniform in [0, 1), 24 bits. */
  public static double uniform(long seed, long offset, long element) {
    return (word(seed, 0, offset, element) >>> 8) / 0x1p24;
  }

  /** Standard normal: the cosine for an even element, the sine for an odd one. */
  public static double normal(long seed, long offset, long element) {
    long even = element / 2 * 2;
    double u = ((word(seed, 0, offset, even) >>> 8) + 1) / 0x1p24;
    double angle = 2 * Math.PI * uniform(seed, offset, even + 1);
    return Math.sqrt(-2 * Math.log(u)) * (element % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
  }

  /** Dropout of one element. */
  public static double dropout(long seed, long offset, double p, long element, double x) {
    return uniform(seed, offset, element) >= p ? x / (1 - p) : 0;
  }
}

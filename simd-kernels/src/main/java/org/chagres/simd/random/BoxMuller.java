package org.chagres.simd.random;

/**
 * The functions of Box and Muller's method on numbers of 24 bits, in f32 with polynomials of our own: {@code Math.log} and its
 * kin may differ by a bit from one machine to the next.
 */
final class BoxMuller {

  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float ANGLE = (float) (2 * Math.PI / (1 << 24));

  private BoxMuller() {}

  /** ln(k / 2²⁴) for k of 1 to 2²⁴; 2 ulp. The polynomial is the one of Moshier's Cephes library (logf). */
  static float log(int k) {
    // mantissa in [√½, √2) and exponent
    int bits = Float.floatToRawIntBits((float) k);
    int e = (bits - 0x3F3504F3) >> 23;
    float f = Float.intBitsToFloat(bits - (e << 23)) - 1f;
    float z = f * f;
    float p = 7.0376836292e-2f;
    p = Math.fma(p, f, -1.1514610310e-1f);
    p = Math.fma(p, f, 1.1676998740e-1f);
    p = Math.fma(p, f, -1.2420140846e-1f);
    p = Math.fma(p, f, 1.4249322787e-1f);
    p = Math.fma(p, f, -1.6668057665e-1f);
    p = Math.fma(p, f, 2.0000714765e-1f);
    p = Math.fma(p, f, -2.4999993993e-1f);
    p = Math.fma(p, f, 3.3333331174e-1f);
    float exponent = e - 24;
    float tail = Math.fma(exponent, LN2_LOW, Math.fma(-0.5f, z, p * f * z));
    return Math.fma(exponent, LN2_HIGH, f + tail);
  }

  /** sin(2π k / 2²⁴) for k of 0 to 2²⁴ - 1. */
  static float sin(int k) {
    int quarter = (k + (1 << 21)) >>> 22;
    float x = (k - (quarter << 22)) * ANGLE;
    float value = (quarter & 1) == 0 ? sinNear(x) : cosNear(x);
    return (quarter & 2) == 0 ? value : -value;
  }

  /** cos(2π k / 2²⁴) for k of 0 to 2²⁴ - 1. */
  static float cos(int k) {
    int quarter = (k + (1 << 21)) >>> 22;
    float x = (k - (quarter << 22)) * ANGLE;
    float value = (quarter & 1) == 0 ? cosNear(x) : sinNear(x);
    return ((quarter + 1) & 2) == 0 ? value : -value;
  }

  /** Sine of -π/4 to π/4, Cephes. */
  private static float sinNear(float x) {
    float z = x * x;
    float p = Math.fma(Math.fma(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f);
    return Math.fma(p * z, x, x);
  }

  /** Cosine of -π/4 to π/4, Cephes. */
  private static float cosNear(float x) {
    float z = x * x;
    float p = Math.fma(Math.fma(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f);
    return Math.fma(p * z, z, Math.fma(-0.5f, z, 1f));
  }
}

// Random numbers, the CPU's to the last bit: products and sums are written as calls where the compiler would join them
// to one rounding.

struct Random {
  float* y;
  i64 n;
  Place at;
  float low;    // uniform: the least; normal: the mean
  float range;  // uniform: high - low; normal: the deviation
  float last;   // uniform: the largest under high
};

// Four elements of a counter; the last counter may have fewer.
template <class F> FN void fours(float* y, i64 n, Key key, F f) {
  bool aligned = wide(y);
  for (i64 i = first(); i < (n + 3) / 4; i += step()) {
    put(y + 4 * i, f(i, philox(key.seed, 0, key.offset + (u64)i)), aligned && 4 * i + 4 <= n, n - 4 * i);
  }
}

KERNEL(uniform, Random) {
  float low = a.low, range = a.range, last = a.last;
  fours(a.y, a.n, keyOf(a.at), [=](i64, Words w) {
    Floats<4> r;
#pragma unroll
    for (int j = 0; j < 4; j++) {
      float unit = (float)(w.w[j] >> 8) * 5.9604644775390625e-8f;
      // Rounding may carry the sum up to high.
      float value = __fadd_rn(low, __fmul_rn(unit, range));
      r.v[j] = value > last ? last : value;
    }
    return r;
  });
}

// ln(k / 2^24) for k of 1 to 2^24; the polynomial is that of Moshier's Cephes library (logf).
FN float logOf(u32 k) {
  // mantissa in [√½, √2) and exponent
  int bits = __float_as_int((float)k);
  int e = (bits - 0x3F3504F3) >> 23;
  float f = __fadd_rn(__int_as_float(bits - e * (1 << 23)), -1.f);
  float z = __fmul_rn(f, f);
  float p = 7.0376836292e-2f;
  p = fmaf(p, f, -1.1514610310e-1f);
  p = fmaf(p, f, 1.1676998740e-1f);
  p = fmaf(p, f, -1.2420140846e-1f);
  p = fmaf(p, f, 1.4249322787e-1f);
  p = fmaf(p, f, -1.6668057665e-1f);
  p = fmaf(p, f, 2.0000714765e-1f);
  p = fmaf(p, f, -2.4999993993e-1f);
  p = fmaf(p, f, 3.3333331174e-1f);
  float exponent = (float)(e - 24);
  float tail = fmaf(exponent, -2.12194440e-4f, fmaf(-0.5f, z, __fmul_rn(__fmul_rn(p, f), z)));
  return fmaf(exponent, 0.693359375f, __fadd_rn(f, tail));
}

// Sine and cosine of -π/4 to π/4, Cephes.
FN float sinNear(float x) {
  float z = __fmul_rn(x, x);
  float p = fmaf(fmaf(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f);
  return fmaf(__fmul_rn(p, z), x, x);
}

FN float cosNear(float x) {
  float z = __fmul_rn(x, x);
  float p = fmaf(fmaf(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f);
  return fmaf(__fmul_rn(p, z), z, fmaf(-0.5f, z, 1.f));
}

// Two normal numbers from two words, by Box and Muller's method; angles in parts of 2^24 of the circle.
FN void pair(u32 first, u32 second, float mean, float deviation, float* to) {
  float radius = __fmul_rn(deviation, __fsqrt_rn(__fmul_rn(-2.f, logOf((first >> 8) + 1))));
  int k = (int)(second >> 8);
  int quarter = (k + (1 << 21)) >> 22;
  float x = __fmul_rn((float)(k - quarter * (1 << 22)), 3.7450703871400037e-7f);
  float s = sinNear(x);
  float c = cosNear(x);
  float sine = (quarter & 1) == 0 ? s : c;
  float cosine = (quarter & 1) == 0 ? c : s;
  sine = (quarter & 2) == 0 ? sine : -sine;
  cosine = ((quarter + 1) & 2) == 0 ? cosine : -cosine;
  to[0] = __fadd_rn(mean, __fmul_rn(radius, cosine));
  to[1] = __fadd_rn(mean, __fmul_rn(radius, sine));
}

KERNEL(normal, Random) {
  float mean = a.low, deviation = a.range;
  fours(a.y, a.n, keyOf(a.at), [=](i64, Words w) {
    Floats<4> r;
    pair(w.w[0], w.w[1], mean, deviation, r.v);
    pair(w.w[2], w.w[3], mean, deviation, r.v + 2);
    return r;
  });
}

struct RandomIntegers {
  i64* y;
  i64 n;
  Place at;
  i64 low;
  u64 range;
};

// The upper half of the product of 64 random bits and the range; the low 32 of the bits are the same word of
// subsequence 1.
KERNEL(integers, RandomIntegers) {
  Key key = keyOf(a.at);
  for (i64 i = first(); i < (a.n + 3) / 4; i += step()) {
    Words upper = philox(key.seed, 0, key.offset + (u64)i);
    Words lower = philox(key.seed, 1, key.offset + (u64)i);
#pragma unroll
    for (int j = 0; j < 4; j++) {
      if (4 * i + j < a.n) {
        u64 bits = (u64)upper.w[j] << 32 | lower.w[j];
        a.y[4 * i + j] = (i64)((u64)a.low + __umul64hi(bits, a.range));
      }
    }
  }
}

struct Dropout {
  const float* x;
  float* y;
  i64 n;
  Drop drop;
};

// The mask is not stored: the same call on dy is the backward pass.
KERNEL(dropout, Dropout) {
  const float* x = a.x;
  i64 n = a.n;
  u32 threshold = a.drop.threshold;
  float scale = a.drop.scale;
  bool aligned = wide(x);
  fours(a.y, n, keyOf(a.drop.at), [=](i64 i, Words w) {
    Floats<4> r = aligned && 4 * i + 4 <= n ? load<4>(x + 4 * i) : some(x + 4 * i, n - 4 * i);
#pragma unroll
    for (int j = 0; j < 4; j++) {
      r.v[j] = w.w[j] >> 8 >= threshold ? r.v[j] * scale : 0.f;
    }
    return r;
  });
}

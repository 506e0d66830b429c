// y = x in another type, exact with one rounding at the end: floats go through f64, integers through i64. To an integer
// rounds towards zero, a NaN to 0, and wraps where it is too large for the type but not for i64; to bool is "not 0".

struct Cast {
  const void* x;
  void* y;
  i64 n;
};

// As Java's: hardware gives another NaN and C++ promises nothing beyond the range.
FN i64 whole(double v) {
  return v != v ? 0 : v >= 9223372036854775808.0 ? 0x7fffffffffffffffLL
      : v <= -9223372036854775808.0 ? (i64)0x8000000000000000ULL : (i64)v;
}

struct F32 {
  typedef float T;
  static FN double wide(float v) { return v; }
  static FN float narrow(double v) { return (float)v; }
  static FN float narrow(i64 v) { return (float)v; }
};

struct F64 {
  typedef double T;
  static FN double wide(double v) { return v; }
  static FN double narrow(double v) { return v; }
  static FN double narrow(i64 v) { return (double)v; }
};

template <class I> struct Integer {
  typedef I T;
  static FN i64 wide(I v) { return (i64)v; }
  static FN I narrow(double v) { return (I)whole(v); }
  static FN I narrow(i64 v) { return (I)v; }
};

struct Truth {
  typedef boolean T;
  static FN i64 wide(boolean v) { return v != 0; }
  static FN boolean narrow(double v) { return v != 0; }
  static FN boolean narrow(i64 v) { return v != 0; }
};

template <class From, class To> FN void cast(const Cast& a) {
  const typename From::T* x = (const typename From::T*)a.x;
  typename To::T* y = (typename To::T*)a.y;
  for (i64 i = first(); i < a.n; i += step()) {
    y[i] = To::narrow(From::wide(x[i]));
  }
}

#define CAST(from, From, to, To) KERNEL(cast_##from##_##to, Cast) { cast<From, To>(a); }
#define CAST_TO_ALL(from, From)          \
  CAST(from, From, f32, F32)             \
  CAST(from, From, f64, F64)             \
  CAST(from, From, i64, Integer<i64>)    \
  CAST(from, From, i32, Integer<int>)    \
  CAST(from, From, u8, Integer<u8>)      \
  CAST(from, From, bool, Truth)

CAST_TO_ALL(f32, F32)
CAST_TO_ALL(f64, F64)
CAST_TO_ALL(i64, Integer<i64>)
CAST_TO_ALL(i32, Integer<int>)
CAST_TO_ALL(u8, Integer<u8>)
CAST_TO_ALL(bool, Truth)

// To the nearest of the upper 16 bits, ties to even; a NaN stays one.
FN u16 halved(float v) {
  u32 bits = __float_as_uint(v);
  return v != v ? (u16)(bits >> 16 | 0x40) : (u16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

KERNEL(cast_f32_bf16, Cast) {
  const float* x = (const float*)a.x;
  u16* y = (u16*)a.y;
  i64 done = 0;
  if (wide(x, y)) {
    done = a.n / 4 * 4;
    for (i64 i = first(); i < a.n / 4; i += step()) {
      Floats<4> v = load<4>(x + 4 * i);
      uint2 r;
      r.x = (u32)halved(v.v[0]) | (u32)halved(v.v[1]) << 16;
      r.y = (u32)halved(v.v[2]) | (u32)halved(v.v[3]) << 16;
      ((uint2*)y)[i] = r;
    }
  }
  for (i64 i = done + first(); i < a.n; i += step()) {
    y[i] = halved(x[i]);
  }
}

KERNEL(cast_bf16_f32, Cast) {
  const u16* x = (const u16*)a.x;
  float* y = (float*)a.y;
  i64 done = 0;
  if (wide(x, y)) {
    done = a.n / 4 * 4;
    for (i64 i = first(); i < a.n / 4; i += step()) {
      uint2 r = ((const uint2*)x)[i];
      Floats<4> v = {{__uint_as_float(r.x << 16), __uint_as_float(r.x & 0xffff0000u), __uint_as_float(r.y << 16),
                      __uint_as_float(r.y & 0xffff0000u)}};
      store<4>(y + 4 * i, v);
    }
  }
  for (i64 i = done + first(); i < a.n; i += step()) {
    y[i] = __uint_as_float((u32)x[i] << 16);
  }
}

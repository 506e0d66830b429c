// y = a ∘ b with the strides of two operands, for types that nothing is trained in: f64, i64, i32. Integers wrap.

struct Binary {
  const void* a;
  const void* b;
  void* y;
  Strided<2> shape;
};

template <class T, class W, class F> FN void strided(const Binary& a, F f) {
  const T* x = (const T*)a.a;
  const T* z = (const T*)a.b;
  T* y = (T*)a.y;
  each(a.shape, [=](i64 i, const auto* at) { y[i] = (T)f((W)x[at[0]], (W)z[at[1]]); });
}

// Wraps, as Java does; what is divided by 0 is 0, since nothing can be thrown here.
FN i64 quotient(i64 u, i64 v) {
  return v == 0 ? 0 : v == -1 ? (i64)(0 - (u64)u) : u / v;
}

// By squaring; a negative exponent gives the quotient, which is 0 but for bases 1 and -1.
FN i64 power(i64 base, i64 exponent) {
  if (exponent < 0) {
    return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  }
  u64 result = 1;
  u64 square = (u64)base;
  for (i64 e = exponent; e > 0; e >>= 1) {
    if (e & 1) {
      result *= square;
    }
    square *= square;
  }
  return (i64)result;
}

#define WIDE(name, type, T, W, value) \
  KERNEL(binary_##name##_##type, Binary) { strided<T, W>(a, [](W u, W v) -> W { return value; }); }

#define BINARY(name, real, integer)    \
  WIDE(name, f64, double, double, real) \
  WIDE(name, i64, i64, i64, integer)   \
  WIDE(name, i32, int, i64, integer)

BINARY(add, u + v, (i64)((u64)u + (u64)v))
BINARY(sub, u - v, (i64)((u64)u - (u64)v))
BINARY(mul, u * v, (i64)((u64)u * (u64)v))
BINARY(div, u / v, quotient(u, v))
BINARY(pow, pow(u, v), power(u, v))
BINARY(maximum, u > v || u != u ? u : v, most(u, v))
BINARY(minimum, u < v || u != u ? u : v, least(u, v))

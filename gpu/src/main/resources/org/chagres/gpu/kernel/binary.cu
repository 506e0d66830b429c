// y = a ∘ b with the strides of two operands, and the gradients in the result's size (whoever broadcast sums them),
// f32. Dense or repeated operands go four at a time.

struct Binary {
  const void* a;
  const void* b;
  void* y;
  Strided<2> shape;
};

// Operands are dense or one repeated element.
template <class F> FN void dense(const Binary& a, F f) {
  const float* x = (const float*)a.a;
  const float* z = (const float*)a.b;
  float* y = (float*)a.y;
  bool manyX = a.shape.strides[0][0] != 0;
  bool manyZ = a.shape.strides[1][0] != 0;
  Floats<4> u = {{x[0], x[0], x[0], x[0]}};
  Floats<4> v = {{z[0], z[0], z[0], z[0]}};
  for (i64 i = first(); i < a.shape.count / 4; i += step()) {
    if (manyX) {
      u = load<4>(x + 4 * i);
    }
    if (manyZ) {
      v = load<4>(z + 4 * i);
    }
    Floats<4> r;
#pragma unroll
    for (int j = 0; j < 4; j++) {
      r.v[j] = f(u.v[j], v.v[j]);
    }
    store<4>(y + 4 * i, r);
  }
  for (i64 i = a.shape.count / 4 * 4 + first(); i < a.shape.count; i += step()) {
    y[i] = f(x[manyX ? i : 0], z[manyZ ? i : 0]);
  }
}

template <class F> FN void binaryF32(const Binary& a, F f) {
  bool runs = a.shape.rank == 1 && a.shape.strides[0][0] <= 1 && a.shape.strides[1][0] <= 1;
  const void* x = a.shape.strides[0][0] == 1 ? a.a : 0;
  const void* z = a.shape.strides[1][0] == 1 ? a.b : 0;
  if (runs && a.shape.count > 0 && wide(x, z, a.y)) {
    dense(a, f);
  } else {
    const float* u = (const float*)a.a;
    const float* v = (const float*)a.b;
    float* y = (float*)a.y;
    each(a.shape, [=](i64 i, const auto* at) { y[i] = f(u[at[0]], v[at[1]]); });
  }
}

#define BINARY(name, value) \
  KERNEL(binary_##name##_f32, Binary) { binaryF32(a, [](float u, float v) -> float { return value; }); }

BINARY(add, u + v)
BINARY(sub, u - v)
BINARY(mul, u * v)
BINARY(div, u / v)
BINARY(pow, powf(u, v))
BINARY(maximum, u > v || u != u ? u : v)
BINARY(minimum, u < v || u != u ? u : v)

struct BinaryBackward {
  const float* dy;
  const float* a;
  const float* b;
  float* da;  // or null
  float* db;  // or null
  Strided<2> shape;
};

template <class F, class G> FN void gradients(const BinaryBackward& a, F f, G g) {
  const float* dy = a.dy;
  const float* x = a.a;
  const float* z = a.b;
  float* da = a.da;
  float* db = a.db;
  each(a.shape, [=](i64 i, const auto* at) {
    // All is read before a gradient is written: it may stand in an operand's memory.
    float d = dy[i];
    float u = x[at[0]];
    float v = z[at[1]];
    if (da) {
      da[i] = f(d, u, v);
    }
    if (db) {
      db[i] = g(d, u, v);
    }
  });
}

#define BINARY_BACKWARD(name, left, right)                                      \
  KERNEL(binary_backward_##name, BinaryBackward) {                              \
    gradients(                                                                  \
        a, [](float d, float u, float v) -> float { return (void)u, (void)v, (left); },  \
        [](float d, float u, float v) -> float { return (void)u, (void)v, (right); });   \
  }

BINARY_BACKWARD(add, d, d)
BINARY_BACKWARD(sub, d, -d)
BINARY_BACKWARD(mul, d* v, d* u)
BINARY_BACKWARD(div, d / v, -(u / v / v * d))
// By PyTorch: no gradient for the base where the exponent is 0, none for the exponent where the base is 0 and it isn't
// below.
BINARY_BACKWARD(pow, v == 0.f ? 0.f : d * (v * powf(u, v - 1.f)),
                u == 0.f && v >= 0.f ? 0.f : d * (powf(u, v) * logf(u)))
// Equal operands share; a NaN, that loses to none, leaves the gradient with both.
BINARY_BACKWARD(maximum, u < v ? 0.f : u == v ? 0.5f * d : d, v < u ? 0.f : u == v ? 0.5f * d : d)
BINARY_BACKWARD(minimum, u > v ? 0.f : u == v ? 0.5f * d : d, v > u ? 0.f : u == v ? 0.5f * d : d)

struct Where {
  const boolean* condition;
  const float* a;
  const float* b;
  float* y;
  Strided<3> shape;
};

KERNEL(where_f32, Where) {
  const boolean* c = a.condition;
  const float* x = a.a;
  const float* z = a.b;
  float* y = a.y;
  each(a.shape, [=](i64 i, const auto* at) { y[i] = c[at[0]] ? x[at[1]] : z[at[2]]; });
}

// y = f(x) and dx = dy · f', f32, dense; in place too. NaN rules as PyTorch's: a NaN goes through, and its gradient
// too.

struct Map {
  const float* x;
  float* y;
  i64 n;
  float alpha;
  float beta;
};

// Four at a time; where they are not aligned, or at the end, one by one, but in the same loop: so each function is in
// the code once.
template <class F> FN void map(const Map& a, F f) {
  bool aligned = wide(a.x, a.y);
  for (i64 i = 4 * first(); i < a.n; i += 4 * step()) {
    bool whole = aligned && i + 4 <= a.n;
    Floats<4> v = whole ? load<4>(a.x + i) : some(a.x + i, a.n - i);
#pragma unroll
    for (int j = 0; j < 4; j++) {
      v.v[j] = f(v.v[j], a.alpha, a.beta);
    }
    put(a.y + i, v, whole, a.n - i);
  }
}

struct MapBackward {
  const float* dy;
  const float* saved;
  float* dx;
  i64 n;
  float alpha;
  float beta;
};

template <class F> FN void mapBackward(const MapBackward& a, F f) {
  bool aligned = wide(a.dy, a.saved, a.dx);
  for (i64 i = 4 * first(); i < a.n; i += 4 * step()) {
    bool whole = aligned && i + 4 <= a.n;
    Floats<4> d = whole ? load<4>(a.dy + i) : some(a.dy + i, a.n - i);
    Floats<4> v = whole ? load<4>(a.saved + i) : some(a.saved + i, a.n - i);
#pragma unroll
    for (int j = 0; j < 4; j++) {
      d.v[j] = f(d.v[j], v.v[j], a.alpha, a.beta);
    }
    put(a.dx + i, d, whole, a.n - i);
  }
}

FN float sigmoid(float v) {
  return 1.f / (1.f + expf(-v));
}

// Φ(v); erfc keeps the lower tail exact.
FN float cumulative(float v) {
  return 0.5f * erfcf(-0.70710678118654752f * v);
}

#define GELU_K 0.79788456080286536f  // √(2/π)
#define GELU_K3 (GELU_K * 0.044715f)

FN float geluTanhSlope(float x) {
  float t = tanhf((x * x * GELU_K3 + GELU_K) * x);
  // Beyond 20 the tanh is ±1 and its slope 0; unlimited, the square would overflow and 0 · ∞ be NaN.
  float v = x > 20.f ? 20.f : x < -20.f ? -20.f : x;
  float inner = (v * v * (3.f * GELU_K3) + GELU_K) * v;
  return ((1.f - t * t) * inner + t + 1.f) * 0.5f;
}

// v is the operand; for the derivative it is what was saved, and d the gradient of the result.
#define UNARY(name, value, gradient)                                                                                   \
  KERNEL(unary_##name, Map) { map(a, [](float v, float alpha, float beta) -> float { return value; }); }               \
  KERNEL(unary_backward_##name, MapBackward) {                                                                         \
    mapBackward(a, [](float d, float v, float alpha, float beta) -> float { return gradient; });                       \
  }

UNARY(relu, v < 0.f ? 0.f : v, v <= 0.f ? 0.f : d)
UNARY(leaky_relu, v > 0.f ? v : alpha * v, v > 0.f ? d : alpha * d)
UNARY(gelu, v * cumulative(v), d * (v * (0.3989422804014327f * expf(-0.5f * v * v)) + cumulative(v)))
UNARY(gelu_tanh, 0.5f * v * (1.f + tanhf((v * v * GELU_K3 + GELU_K) * v)), d * geluTanhSlope(v))
UNARY(silu, v / (1.f + expf(-v)), d * (sigmoid(v) * (1.f + v * (1.f - sigmoid(v)))))
UNARY(sigmoid, sigmoid(v), d * (1.f - v) * v)
UNARY(tanh, tanhf(v), d * (1.f - v * v))
UNARY(exp, expf(v), d * v)
UNARY(log, logf(v), d / v)
UNARY(sqrt, sqrtf(v), d / (v + v))
UNARY(neg, -v, -d)
UNARY(abs, fabsf(v), d * (v > 0.f ? 1.f : v < 0.f ? -1.f : 0.f))
UNARY(square, v * v, d * (v + v))
UNARY(reciprocal, 1.f / v, -d * v * v)
UNARY(affine, alpha * v + beta, d * alpha)
UNARY(pow, alpha == 2.f ? v * v : powf(v, alpha),
      alpha == 0.f ? 0.f : alpha == 2.f ? d * (v + v) : d * (alpha * powf(v, alpha - 1.f)))
UNARY(clamp, (v < alpha ? alpha : v) > beta ? beta : (v < alpha ? alpha : v), v >= alpha && v <= beta ? d : 0.f)
UNARY(sin, sinf(v), d * cosf(v))
UNARY(cos, cosf(v), -d * sinf(v))

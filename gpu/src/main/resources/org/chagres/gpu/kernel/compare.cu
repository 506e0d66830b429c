// y = a ∘ b as bool, with the strides of two operands; any type. Every comparison with NaN is false but "not equal".

struct Compare {
  const void* a;
  const void* b;
  boolean* y;
  Strided<2> shape;
};

template <class T, class F> FN void compare(const Compare& a, F f) {
  const T* x = (const T*)a.a;
  const T* z = (const T*)a.b;
  boolean* y = a.y;
  each(a.shape, [=](i64 i, const auto* at) { y[i] = f(x[at[0]], z[at[1]]) ? 1 : 0; });
}

#define COMPARE_TYPE(name, type, T, test) \
  KERNEL(compare_##name##_##type, Compare) { compare<T>(a, [](T u, T v) -> bool { return test; }); }

#define COMPARE(name, op)                                   \
  COMPARE_TYPE(name, f32, float, u op v)                    \
  COMPARE_TYPE(name, f64, double, u op v)                   \
  COMPARE_TYPE(name, i64, i64, u op v)                      \
  COMPARE_TYPE(name, i32, int, u op v)                      \
  COMPARE_TYPE(name, u8, u8, u op v)                        \
  COMPARE_TYPE(name, bool, boolean, (u != 0)op(v != 0))

COMPARE(eq, ==)
COMPARE(ne, !=)
COMPARE(lt, <)
COMPARE(le, <=)
COMPARE(gt, >)
COMPARE(ge, >=)

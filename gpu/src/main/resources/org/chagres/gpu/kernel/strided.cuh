// Operands read with strides of their own while the result is dense: broadcasting, permuted views, slices. In elements;
// a stride of 0 repeats. The last dimension is the fastest.

#define MAX_RANK 16

template <int N> struct Strided {
  i64 count;
  i64 small;  // whether 32 bits suffice for every index and offset
  i64 rank;
  i64 dims[MAX_RANK];
  i64 strides[N][MAX_RANK];
};

// Where the operands' elements for element i of the result are.
template <class I, int N> FN void offsets(const Strided<N>& s, I i, I* at) {
#pragma unroll
  for (int o = 0; o < N; o++) {
    at[o] = 0;
  }
  for (int d = (int)s.rank - 1; d > 0; d--) {
    I size = (I)s.dims[d];
    I next = i / size;
    I place = i - next * size;
#pragma unroll
    for (int o = 0; o < N; o++) {
      at[o] += place * (I)s.strides[o][d];
    }
    i = next;
  }
#pragma unroll
  for (int o = 0; o < N; o++) {
    at[o] += i * (I)s.strides[o][0];
  }
}

// Calls f(element, offsets of the operands) for every element of the result.
template <class I, int N, class F> FN void eachOf(const Strided<N>& s, F f) {
  for (i64 i = first(); i < s.count; i += step()) {
    I at[N];
    offsets<I, N>(s, (I)i, at);
    f(i, at);
  }
}

template <int N, class F> FN void each(const Strided<N>& s, F f) {
  if (s.small) {
    eachOf<u32, N>(s, f);
  } else {
    eachOf<u64, N>(s, f);
  }
}

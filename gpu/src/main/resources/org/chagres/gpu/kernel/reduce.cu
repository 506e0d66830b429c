// Reductions over the middle of (outer, length, inner), row-major, in two fixed stages: parts of the length, then their
// join in a fixed order. Where one part is enough the first stage finishes. Sums in double.
//
// Rows (inner 1): a warp or the block has a line, its threads take every 32nd or 256th element. Columns: a thread has a
// line for eight-fold threads in y, neighbours lie side by side in memory. What a thread holds is a State: 16 bytes
// that know how to take an element, to take another State and to finish.

struct Reduce {
  const void* x;
  void* y;
  i64* indices;   // of the largest or smallest
  void* partial;  // States of (outer, segments, inner) where there are several segments
  i64 outer;
  i64 length;
  i64 inner;
  i64 segments;
  i64 segmentLength;
  i64 warps;  // rows: whether a warp has a line, else the block
  double correction;
};

struct Single {
  double v;
  double none;
};

// What reductions without a shift share.
struct Plain {
  typedef float In;
  static FN float shift(const float*, i64) { return 0.f; }
};

struct Sum : Plain {
  typedef Single State;
  static FN State none() { return {0, 0}; }
  static FN void add(State& s, float v, i64, float) { s.v += v; }
  static FN void join(State& s, const State& t) { s.v += t.v; }
  static FN void finish(const Reduce& a, const State& s, i64 o, float) { ((float*)a.y)[o] = (float)s.v; }
};

struct Mean : Sum {
  static FN void finish(const Reduce& a, const State& s, i64 o, float) {
    ((float*)a.y)[o] = (float)(s.v / (double)a.length);
  }
};

struct SumSquares : Sum {
  static FN void add(State& s, float v, i64, float) { s.v += (double)v * v; }
};

struct Product : Sum {
  static FN State none() { return {1, 0}; }
  static FN void add(State& s, float v, i64, float) { s.v *= v; }
  static FN void join(State& s, const State& t) { s.v *= t.v; }
};

// A NaN wins and stays.
struct Largest : Sum {
  static FN State none() { return {MINUS_INFINITY, 0}; }
  static FN void take(State& s, double v) { s.v = v > s.v || v != v ? v : s.v; }
  static FN void add(State& s, float v, i64, float) { take(s, v); }
  static FN void join(State& s, const State& t) { take(s, t.v); }
};

struct Smallest : Sum {
  static FN State none() { return {INFINITE, 0}; }
  static FN void take(State& s, double v) { s.v = v < s.v || v != v ? v : s.v; }
  static FN void add(State& s, float v, i64, float) { take(s, v); }
  static FN void join(State& s, const State& t) { take(s, t.v); }
};

// log Σ e^x in one pass: the largest so far, and the sum relative to it. Of an infinite or NaN largest the sum does not
// matter.
struct LogSumExp : Plain {
  struct State {
    double sum;
    float largest;
    float unused;
  };
  static FN State none() { return {0, MINUS_INFINITY, 0}; }
  static FN void put(State& s, double sum, float largest) {
    if (largest > s.largest) {
      s.sum = finite(s.largest) ? s.sum * expf(s.largest - largest) + sum : sum;
      s.largest = largest;
    } else if (largest == s.largest) {
      s.sum += sum;
    } else if (largest < s.largest) {
      s.sum += finite(largest) ? sum * expf(largest - s.largest) : 0;
    } else {
      s.largest = NOT_A_NUMBER;
    }
  }
  static FN void add(State& s, float v, i64, float) { put(s, 1, v); }
  static FN void join(State& s, const State& t) { put(s, t.sum, t.largest); }
  static FN void finish(const Reduce& a, const State& s, i64 o, float) {
    ((float*)a.y)[o] = finite(s.largest) ? (float)(s.largest + log(s.sum)) : s.largest;
  }
};

// Value and position: the first one where equal, a NaN before all, whatever the order that elements come in.
template <int SIGN> struct Extreme : Plain {
  struct State {
    i64 index;  // under 0 for none
    float v;
    float unused;
  };
  static FN State none() { return {-1, 0, 0}; }
  static FN void put(State& s, float v, i64 index) {
    bool better;
    if (s.index < 0 || (v != v && s.v == s.v)) {
      better = true;
    } else if (v != v || v == s.v) {
      better = index < s.index;
    } else {
      better = SIGN > 0 ? v > s.v : v < s.v;
    }
    if (better) {
      s.v = v;
      s.index = index;
    }
  }
  static FN void add(State& s, float v, i64 index, float) { put(s, v, index); }
  static FN void join(State& s, const State& t) {
    if (t.index >= 0) {
      put(s, t.v, t.index);
    }
  }
  static FN void finish(const Reduce& a, const State& s, i64 o, float) {
    ((float*)a.y)[o] = s.v;
    a.indices[o] = s.index;
  }
};

typedef Extreme<1> ArgMax;
typedef Extreme<-1> ArgMin;

// Sums of what is left off a line's first element, which keeps squares small; y gets the variance, indices (as float*)
// the mean.
struct Variance {
  typedef float In;
  struct State {
    double sum;
    double squares;
  };
  static FN float shift(const float* x, i64 length) { return length > 0 ? shiftOf(x[0]) : 0.f; }
  static FN State none() { return {0, 0}; }
  static FN void add(State& s, float v, i64, float shift) {
    double d = (double)v - shift;
    s.sum += d;
    s.squares += d * d;
  }
  static FN void join(State& s, const State& t) {
    s.sum += t.sum;
    s.squares += t.squares;
  }
  static FN void finish(const Reduce& a, const State& s, i64 o, float shift) {
    double n = (double)a.length;
    double squares = s.squares - s.sum * (s.sum / n);
    // Rounding may leave a constant line a hair under zero; NaN stays. Of no elements the squares are 0, the mean NaN.
    squares = squares < 0 || a.length == 0 ? 0 : squares;
    ((float*)a.indices)[o] = (float)(shift + s.sum / n);
    ((float*)a.y)[o] = (float)(squares / most(0.0, n - a.correction));
  }
};

template <class T, bool TRUTH> struct IntegerSum {
  typedef T In;
  struct State {
    u64 v;
    u64 unused;
  };
  static FN float shift(const T*, i64) { return 0.f; }
  static FN State none() { return {0, 0}; }
  static FN void add(State& s, T v, i64, float) { s.v += TRUTH ? (u64)(v != 0) : (u64)(i64)v; }
  static FN void join(State& s, const State& t) { s.v += t.v; }
  static FN void finish(const Reduce& a, const State& s, i64 o, float) { ((i64*)a.y)[o] = (i64)s.v; }
};

typedef IntegerSum<i64, false> SumI64;
typedef IntegerSum<int, false> SumI32;
typedef IntegerSum<u8, false> SumU8;
typedef IntegerSum<boolean, true> SumBool;

// Joins the states of `size` neighbouring threads into the first of them, in pairs; every thread of the block comes
// here.
template <class Op> FN typename Op::State joined(typename Op::State s, int lane, int size, int apart) {
  __shared__ typename Op::State cells[THREADS];
  __syncthreads();
  cells[threadIdx.x] = s;
  for (int half = size / 2; half > 0; half /= 2) {
    __syncthreads();
    if (lane < half) {
      Op::join(cells[threadIdx.x], cells[threadIdx.x + half * apart]);
    }
  }
  return cells[threadIdx.x];
}

template <class Op>
FN void put(const Reduce& a, const typename Op::State& s, i64 outer, i64 segment, i64 column, float shift) {
  if (a.segments == 1) {
    Op::finish(a, s, outer * a.inner + column, shift);
  } else {
    ((typename Op::State*)a.partial)[(outer * a.segments + segment) * a.inner + column] = s;
  }
}

template <class Op> FN void rows(const Reduce& a) {
  typedef typename Op::In In;
  int size = a.warps ? WARP : THREADS;
  int lane = threadIdx.x % size;
  int groups = THREADS / size;
  i64 tasks = a.outer * a.segments;
  for (i64 base = (i64)blockIdx.x * groups; base < tasks; base += (i64)gridDim.x * groups) {
    i64 task = base + threadIdx.x / size;
    i64 row = task / a.segments;
    i64 segment = task - row * a.segments;
    typename Op::State s = Op::none();
    float shift = 0.f;
    if (task < tasks) {
      const In* x = (const In*)a.x + row * a.length;
      shift = Op::shift(x, a.length);
      i64 end = least(a.length, (segment + 1) * a.segmentLength);
#pragma unroll 4
      for (i64 i = segment * a.segmentLength + lane; i < end; i += size) {
        Op::add(s, x[i], i, shift);
      }
    }
    s = joined<Op>(s, lane, size, 1);
    if (lane == 0 && task < tasks) {
      put<Op>(a, s, row, segment, 0, shift);
    }
  }
}

// Blocks of 32 lines side by side, 8 threads for each.
template <class Op> FN void columns(const Reduce& a) {
  typedef typename Op::In In;
  const int ways = THREADS / WARP;
  int way = threadIdx.x / WARP;
  i64 outputs = a.outer * a.inner;
  i64 across = (outputs + WARP - 1) / WARP;
  for (i64 task = blockIdx.x; task < across * a.segments; task += gridDim.x) {
    i64 segment = task / across;
    i64 output = (task - segment * across) * WARP + threadIdx.x % WARP;
    i64 outer = output / a.inner;
    i64 column = output - outer * a.inner;
    typename Op::State s = Op::none();
    float shift = 0.f;
    if (output < outputs) {
      const In* x = (const In*)a.x + outer * a.length * a.inner + column;
      shift = Op::shift(x, a.length);
      i64 end = least(a.length, (segment + 1) * a.segmentLength);
#pragma unroll 4
      for (i64 i = segment * a.segmentLength + way; i < end; i += ways) {
        Op::add(s, x[i * a.inner], i, shift);
      }
    }
    s = joined<Op>(s, way, ways, WARP);
    if (way == 0 && output < outputs) {
      put<Op>(a, s, outer, segment, column, shift);
    }
  }
}

// The second stage: a warp joins the segments of a line.
template <class Op> FN void segments(const Reduce& a) {
  const int groups = THREADS / WARP;
  int lane = threadIdx.x % WARP;
  i64 outputs = a.outer * a.inner;
  for (i64 base = (i64)blockIdx.x * groups; base < outputs; base += (i64)gridDim.x * groups) {
    i64 output = base + threadIdx.x / WARP;
    i64 outer = output / a.inner;
    i64 column = output - outer * a.inner;
    typename Op::State s = Op::none();
    if (output < outputs) {
      const typename Op::State* from = (const typename Op::State*)a.partial + outer * a.segments * a.inner + column;
      for (i64 i = lane; i < a.segments; i += WARP) {
        Op::join(s, from[i * a.inner]);
      }
    }
    s = joined<Op>(s, lane, WARP, 1);
    if (lane == 0 && output < outputs) {
      const typename Op::In* x = (const typename Op::In*)a.x + outer * a.length * a.inner + column;
      Op::finish(a, s, output, Op::shift(x, a.length));
    }
  }
}

#define REDUCE(name, Op)                                 \
  KERNEL(reduce_##name##_rows, Reduce) { rows<Op>(a); }       \
  KERNEL(reduce_##name##_columns, Reduce) { columns<Op>(a); } \
  KERNEL(reduce_##name##_segments, Reduce) { segments<Op>(a); }

REDUCE(sum, Sum)
REDUCE(mean, Mean)
REDUCE(sum_squares, SumSquares)
REDUCE(prod, Product)
REDUCE(max, Largest)
REDUCE(min, Smallest)
REDUCE(logsumexp, LogSumExp)
REDUCE(argmax, ArgMax)
REDUCE(argmin, ArgMin)
REDUCE(variance, Variance)
REDUCE(sum_i64, SumI64)
REDUCE(sum_i32, SumI32)
REDUCE(sum_u8, SumU8)
REDUCE(sum_bool, SumBool)

struct ArgBackward {
  const float* dy;
  const i64* indices;
  float* dx;
  i64 outer;
  i64 length;
  i64 inner;
};

// dx = dy at the position that was found, 0 elsewhere.
KERNEL(arg_reduce_backward, ArgBackward) {
  for (i64 i = first(); i < a.outer * a.length * a.inner; i += step()) {
    i64 line = i / a.inner;
    i64 outer = line / a.length;
    i64 output = outer * a.inner + (i - line * a.inner);
    a.dx[i] = a.indices[output] == line - outer * a.length ? a.dy[output] : 0.f;
  }
}

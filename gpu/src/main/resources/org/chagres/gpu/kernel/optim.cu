// Optimizer steps by PyTorch's formulas, one launch over a flat block. What changes from step to step is read from
// device memory, so that a captured graph follows a schedule when it is replayed.

struct Schedule {
  double lr;
  i64 step;   // from 1
  i64 first;  // SGD: whether the buffer is not yet filled
};

// Calls f(place, width) for four elements at a time, then for single ones.
template <class F> FN void blocks(i64 n, bool aligned, F f) {
  i64 begin = 0;
  if (aligned) {
    for (i64 i = first(); i < n / 4; i += step()) {
      f.template at<4>(4 * i);
    }
    begin = n / 4 * 4;
  }
  for (i64 i = begin + first(); i < n; i += step()) {
    f.template at<1>(i);
  }
}

struct Sgd {
  float* parameter;
  const float* gradient;
  float* buffer;  // null without momentum
  const Schedule* schedule;
  i64 n;
  double momentum;
  double dampening;
  double decay;
  i64 nesterov;
  i64 maximize;
};

struct SgdStep {
  const Sgd& a;
  float sign, decay, momentum, share, own, other;
  bool filled;

  template <int V> FN void at(i64 i) {
    Floats<V> p = load<V>(a.parameter + i);
    Floats<V> g = load<V>(a.gradient + i);
    Floats<V> b = g;
    if (a.buffer && filled) {
      b = load<V>(a.buffer + i);
    }
#pragma unroll
    for (int j = 0; j < V; j++) {
      float d = fmaf(p.v[j], decay, g.v[j] * sign);
      b.v[j] = filled ? fmaf(d, share, b.v[j] * momentum) : d;
      p.v[j] = fmaf(b.v[j], other, fmaf(d, own, p.v[j]));
    }
    if (a.buffer) {
      store<V>(a.buffer + i, b);
    }
    store<V>(a.parameter + i, p);
  }
};

// The step is own · g + other · buffer: with Nesterov lr and lr · momentum, else 0 and lr; without momentum the buffer
// is g.
KERNEL(sgd, Sgd) {
  double lr = a.schedule->lr;
  bool nesterov = a.buffer && a.nesterov;
  SgdStep f = {a,
               a.maximize ? -1.f : 1.f,
               (float)a.decay,
               (float)a.momentum,
               (float)(1 - a.dampening),
               nesterov ? (float)-lr : 0.f,
               (float)(-lr * (nesterov ? a.momentum : 1)),
               a.buffer && !a.schedule->first};
  blocks(a.n, wide(a.parameter, a.gradient, a.buffer), f);
}

struct Adam {
  float* parameter;
  const float* gradient;
  float* firstMoment;
  float* secondMoment;
  float* largest;  // with amsgrad, else null
  const Schedule* schedule;
  i64 n;
  double beta1;
  double beta2;
  double eps;
  double decay;
  i64 decoupled;
  i64 maximize;
};

struct AdamStep {
  const Adam& a;
  float sign, decay, keep, share1, beta2, share2, root, eps, step;

  template <int V> FN void at(i64 i) {
    Floats<V> p = load<V>(a.parameter + i);
    Floats<V> g = load<V>(a.gradient + i);
    Floats<V> m = load<V>(a.firstMoment + i);
    Floats<V> v = load<V>(a.secondMoment + i);
    Floats<V> w = a.largest ? load<V>(a.largest + i) : v;
#pragma unroll
    for (int j = 0; j < V; j++) {
      float d = fmaf(p.v[j], decay, g.v[j] * sign);
      m.v[j] = fmaf(d - m.v[j], share1, m.v[j]);
      v.v[j] = fmaf(d * d, share2, v.v[j] * beta2);
      // As a maximum that NaN wins: what is not at most as large replaces.
      w.v[j] = a.largest && v.v[j] <= w.v[j] ? w.v[j] : v.v[j];
      p.v[j] = m.v[j] * step / (sqrtf(w.v[j]) / root + eps) + p.v[j] * keep;
    }
    store<V>(a.firstMoment + i, m);
    store<V>(a.secondMoment + i, v);
    if (a.largest) {
      store<V>(a.largest + i, w);
    }
    store<V>(a.parameter + i, p);
  }
};

// Adam and AdamW; the corrections are worked out in double, once a block.
KERNEL(adam, Adam) {
  __shared__ float corrections[2];
  if (threadIdx.x == 0) {
    double t = (double)a.schedule->step;
    corrections[0] = (float)(-a.schedule->lr / (1 - pow(a.beta1, t)));
    corrections[1] = (float)sqrt(1 - pow(a.beta2, t));
  }
  __syncthreads();
  // Weight decay is either in the gradient or in the parameter.
  AdamStep f = {a,
                a.maximize ? -1.f : 1.f,
                a.decoupled ? 0.f : (float)a.decay,
                a.decoupled ? (float)(1 - a.schedule->lr * a.decay) : 1.f,
                (float)(1 - a.beta1),
                (float)a.beta2,
                (float)(1 - a.beta2),
                corrections[1],
                (float)a.eps,
                corrections[0]};
  blocks(a.n, wide(a.parameter, a.gradient, a.firstMoment, a.secondMoment, a.largest), f);
}

struct RmsProp {
  float* parameter;
  const float* gradient;
  float* square;
  float* buffer;  // null without momentum
  float* mean;    // null where not centered
  const Schedule* schedule;
  i64 n;
  double alpha;
  double eps;
  double decay;
  double momentum;
  i64 maximize;
};

struct RmsPropStep {
  const RmsProp& a;
  float sign, decay, alpha, share, eps, momentum, lr;

  template <int V> FN void at(i64 i) {
    Floats<V> p = load<V>(a.parameter + i);
    Floats<V> g = load<V>(a.gradient + i);
    Floats<V> s = load<V>(a.square + i);
    Floats<V> m = a.mean ? load<V>(a.mean + i) : g;
    Floats<V> b = a.buffer ? load<V>(a.buffer + i) : g;
#pragma unroll
    for (int j = 0; j < V; j++) {
      float d = fmaf(p.v[j], decay, g.v[j] * sign);
      s.v[j] = fmaf(d * d, share, s.v[j] * alpha);
      float square = s.v[j];
      if (a.mean) {
        m.v[j] = fmaf(d - m.v[j], share, m.v[j]);
        square = __fadd_rn(square, -__fmul_rn(m.v[j], m.v[j]));
      }
      float change = d / (sqrtf(square) + eps);
      b.v[j] = a.buffer ? fmaf(b.v[j], momentum, change) : change;
      p.v[j] = fmaf(b.v[j], lr, p.v[j]);
    }
    store<V>(a.square + i, s);
    if (a.mean) {
      store<V>(a.mean + i, m);
    }
    if (a.buffer) {
      store<V>(a.buffer + i, b);
    }
    store<V>(a.parameter + i, p);
  }
};

KERNEL(rms_prop, RmsProp) {
  RmsPropStep f = {a,
                   a.maximize ? -1.f : 1.f,
                   (float)a.decay,
                   (float)a.alpha,
                   (float)(1 - a.alpha),
                   (float)a.eps,
                   (float)a.momentum,
                   (float)-a.schedule->lr};
  blocks(a.n, wide(a.parameter, a.gradient, a.square, a.buffer, a.mean), f);
}

struct Squares {
  const float* x;
  double* partial;
  i64 n;
};

// A block's Σ x², in double, to its place in partial.
KERNEL(squares, Squares) {
  double sum = 0;
  i64 begin = 0;
  if (wide(a.x)) {
    for (i64 i = first(); i < a.n / 4; i += step()) {
      Floats<4> v = load<4>(a.x + 4 * i);
#pragma unroll
      for (int j = 0; j < 4; j++) {
        sum += (double)v.v[j] * v.v[j];
      }
    }
    begin = a.n / 4 * 4;
  }
  for (i64 i = begin + first(); i < a.n; i += step()) {
    sum += (double)a.x[i] * a.x[i];
  }
  sum = groupSum<THREADS>(sum);
  if (threadIdx.x == 0) {
    a.partial[blockIdx.x] = sum;
  }
}

struct SquaresSum {
  const double* partial;
  double* out;
  i64 blocks;
};

// One block.
KERNEL(squares_sum, SquaresSum) {
  double sum = 0;
  for (i64 b = threadIdx.x; b < a.blocks; b += THREADS) {
    sum += a.partial[b];
  }
  sum = groupSum<THREADS>(sum);
  if (threadIdx.x == 0) {
    a.out[0] = sum;
  }
}

struct InPlace {
  float* x;
  i64 n;
  float number;
};

struct ScaleStep {
  const InPlace& a;

  template <int V> FN void at(i64 i) {
    Floats<V> v = load<V>(a.x + i);
#pragma unroll
    for (int j = 0; j < V; j++) {
      v.v[j] *= a.number;
    }
    store<V>(a.x + i, v);
  }
};

KERNEL(scale, InPlace) {
  ScaleStep f = {a};
  blocks(a.n, wide(a.x), f);
}

struct ClampStep {
  const InPlace& a;

  template <int V> FN void at(i64 i) {
    Floats<V> v = load<V>(a.x + i);
#pragma unroll
    for (int j = 0; j < V; j++) {
      float under = v.v[j] > a.number ? a.number : v.v[j];
      v.v[j] = under < -a.number ? -a.number : under;
    }
    store<V>(a.x + i, v);
  }
};

// NaN stays.
KERNEL(clamp, InPlace) {
  ClampStep f = {a};
  blocks(a.n, wide(a.x), f);
}

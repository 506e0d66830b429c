// Losses over classes, of pairs and over logits, with PyTorch's reductions: a block leaves its sums in double, the
// second stage adds the blocks' in a fixed order. Reductions: 0 none, 1 mean, 2 sum.

#define NONE 0
#define MEAN 1

struct ClassLoss {
  const float* x;
  const i64* target;
  const float* weight;  // or null
  float* logs;          // log-softmax; null for log-likelihood
  float* out;
  double* partial;  // per block: sum of losses, sum of the labels' weights
  i64 rows;
  i64 classes;
  i64 ignore;
  i64 reduction;
  double smoothing;
};

FN float weightOf(const float* weight, i64 c) {
  return weight ? weight[c] : 1.f;
}

// A warp has a row. A label that is no class was refused before it came here; it makes the loss NaN, not the access
// wild.
KERNEL(class_forward, ClassLoss) {
  const int groups = THREADS / WARP;
  int lane = threadIdx.x % WARP;
  double losses = 0;
  double weights = 0;
  double spread = a.smoothing / (double)a.classes;
  for (i64 row = (i64)blockIdx.x * groups + threadIdx.x / WARP; row < a.rows; row += (i64)gridDim.x * groups) {
    const float* x = a.x + row * a.classes;
    float high = 0.f;
    float low = 0.f;
    if (a.logs) {
      float largest = MINUS_INFINITY;
      for (i64 c = lane; c < a.classes; c += WARP) {
        largest = most(largest, x[c]);
      }
      largest = warpMax(largest);
      double sum = 0;
      for (i64 c = lane; c < a.classes; c += WARP) {
        sum += expf(x[c] - largest);
      }
      // In two parts, since the largest and the logarithm may differ much in size.
      double shift = largest + log(warpSum(sum));
      high = (float)shift;
      low = (float)(shift - high);
      for (i64 c = lane; c < a.classes; c += WARP) {
        a.logs[row * a.classes + c] = x[c] - high - low;
      }
    }
    i64 label = a.target[row];
    double loss = 0;
    if (label != a.ignore) {
      bool known = label >= 0 && label < a.classes;
      double weight = known ? weightOf(a.weight, label) : NOT_A_NUMBER;
      loss = known ? -(1 - a.smoothing) * weight * (x[label] - high - low) : NOT_A_NUMBER;
      if (spread != 0) {
        double sum = 0;
        for (i64 c = lane; c < a.classes; c += WARP) {
          sum += (double)weightOf(a.weight, c) * (x[c] - high - low);
        }
        loss -= spread * warpSum(sum);
      }
      losses += loss;
      weights += weight;
    }
    if (a.reduction == NONE && lane == 0) {
      a.out[row] = (float)loss;
    }
  }
  __shared__ double sums[2 * groups];
  if (lane == 0) {
    sums[threadIdx.x / WARP] = losses;
    sums[groups + threadIdx.x / WARP] = weights;
  }
  __syncthreads();
  if (threadIdx.x < 2) {
    double sum = 0;
    for (int w = 0; w < groups; w++) {
      sum += sums[threadIdx.x * groups + w];
    }
    a.partial[2 * blockIdx.x + threadIdx.x] = sum;
  }
}

struct ClassSums {
  const double* partial;
  float* out;
  i64 blocks;
  i64 rows;
  i64 reduction;
};

// One block.
KERNEL(class_sums, ClassSums) {
  double losses = 0;
  double weights = 0;
  for (i64 b = threadIdx.x; b < a.blocks; b += THREADS) {
    losses += a.partial[2 * b];
    weights += a.partial[2 * b + 1];
  }
  losses = groupSum<THREADS>(losses);
  weights = groupSum<THREADS>(weights);
  if (threadIdx.x == 0) {
    a.out[a.reduction == NONE ? a.rows : 1] = (float)weights;
    if (a.reduction != NONE) {
      a.out[0] = (float)(a.reduction == MEAN ? losses / weights : losses);
    }
  }
}

struct ClassBackward {
  const float* logs;  // null for log-likelihood
  const i64* target;
  const float* weight;
  const float* out;
  const float* dy;
  float* dx;
  i64 rows;
  i64 classes;
  i64 ignore;
  i64 reduction;
  double smoothing;
};

// A row's loss is Σ a[c]·(-log p[c]) with a[t] = (1 - ε)·w[t] + ε/C·w[t] and a[c] = ε/C·w[c] elsewhere; so dx = g·(p·Σa
// - a) through softmax and -g·a without.
KERNEL(class_backward, ClassBackward) {
  const int groups = THREADS / WARP;
  int lane = threadIdx.x % WARP;
  double spread = a.smoothing / (double)a.classes;
  double all = 0;
  if (spread != 0) {
    for (i64 c = lane; c < a.classes; c += WARP) {
      all += weightOf(a.weight, c);
    }
    all = spread * warpSum(all);
  }
  for (i64 row = (i64)blockIdx.x * groups + threadIdx.x / WARP; row < a.rows; row += (i64)gridDim.x * groups) {
    float* dx = a.dx + row * a.classes;
    i64 label = a.target[row];
    double g = a.dy[a.reduction == NONE ? row : 0];
    g = a.reduction == MEAN ? g / a.out[1] : g;
    bool ignored = label == a.ignore;
    bool known = label >= 0 && label < a.classes;
    double own = known ? (1 - a.smoothing) * weightOf(a.weight, label) : NOT_A_NUMBER;
    float factor = (float)(g * (own + all));
    float each = (float)(g * spread);
    float mine = (float)(g * own);
    for (i64 c = lane; c < a.classes; c += WARP) {
      float d = a.logs ? expf(a.logs[row * a.classes + c]) * factor : 0.f;
      if (spread != 0) {
        d -= each * weightOf(a.weight, c);
      }
      d = c == label ? d - mine : d;
      dx[c] = ignored ? 0.f : d;
    }
  }
}

struct Elements {
  const float* x;
  const float* target;
  const float* positive;  // logits: weights of the columns' positives, or null
  float* out;
  double* partial;
  i64 n;
  i64 columns;
  i64 reduction;
  float knee;    // pairs: where the line begins; NaN for none
  float square;  // factor of d² before
  float slope;   // of the line
};

// Values to out, or a block's sum of them to its place in partial.
template <class F> FN void elements(const Elements& a, F f) {
  double sum = 0;
  for (i64 i = first(); i < a.n; i += step()) {
    float v = f(i);
    if (a.reduction == NONE) {
      a.out[i] = v;
    } else {
      sum += v;
    }
  }
  if (a.reduction != NONE) {
    sum = groupSum<THREADS>(sum);
    if (threadIdx.x == 0) {
      a.partial[blockIdx.x] = sum;
    }
  }
}

struct ElementSum {
  const double* partial;
  float* out;
  i64 blocks;
  double divisor;
};

// One block.
KERNEL(element_sum, ElementSum) {
  double sum = 0;
  for (i64 b = threadIdx.x; b < a.blocks; b += THREADS) {
    sum += a.partial[b];
  }
  sum = groupSum<THREADS>(sum);
  if (threadIdx.x == 0) {
    a.out[0] = (float)(sum / a.divisor);
  }
}

// All losses of pairs as one curve of d = x - t: square · d² below the knee, slope · (|d| - knee / 2) from the knee on.
KERNEL(pair_forward, Elements) {
  elements(a, [&](i64 i) -> float {
    float d = a.x[i] - a.target[i];
    float size = fabsf(d);
    return size >= a.knee ? (size - 0.5f * a.knee) * a.slope : d * d * a.square;
  });
}

// p·t·ln(1 + e^-x) + (1 - t)·ln(1 + e^x), where neither logarithm overflows and nothing cancels.
KERNEL(logits_forward, Elements) {
  elements(a, [&](i64 i) -> float {
    float v = a.x[i];
    float t = a.target[i];
    float p = a.positive ? a.positive[i % a.columns] : 1.f;
    float log = log1pf(expf(-fabsf(v)));
    float whenPositive = log + (v < 0.f ? -v : 0.f);
    float whenNegative = log + (v > 0.f ? v : 0.f);
    return p * t * whenPositive + (1.f - t) * whenNegative;
  });
}

struct ElementsBackward {
  const float* dy;
  const float* x;
  const float* target;
  const float* positive;
  float* dx;       // or null
  float* dtarget;  // or null; pairs only
  i64 n;
  i64 columns;
  i64 reduction;
  float knee;
  float square;
  float slope;
};

template <class F> FN void elementsBackward(const ElementsBackward& a, F f) {
  float g = a.reduction == NONE || a.n == 0 ? 0.f : a.dy[0];
  g = a.reduction == MEAN ? (float)((double)g / (double)a.n) : g;
  for (i64 i = first(); i < a.n; i += step()) {
    float d = f(i) * (a.reduction == NONE ? a.dy[i] : g);
    if (a.dx) {
      a.dx[i] = d;
    }
    if (a.dtarget) {
      a.dtarget[i] = -d;
    }
  }
}

// The derivative of |d| at 0 is 0.
KERNEL(pair_backward, ElementsBackward) {
  elementsBackward(a, [&](i64 i) -> float {
    float d = a.x[i] - a.target[i];
    float line = d > 0.f ? a.slope : d < 0.f ? -a.slope : 0.f;
    return fabsf(d) >= a.knee ? line : d * (2.f * a.square);
  });
}

// With l = 1 + (p - 1)·t it is l·σ(x) - p·t = (1 - t) - l·σ(-x): the first where x is negative, so that the small one
// of σ(x) and σ(-x) is never a difference from 1.
KERNEL(logits_backward, ElementsBackward) {
  elementsBackward(a, [&](i64 i) -> float {
    float v = a.x[i];
    float t = a.target[i];
    float p = a.positive ? a.positive[i % a.columns] : 1.f;
    float e = expf(-fabsf(v));
    float lesser = e / (1.f + e);
    float factor = 1.f + (p - 1.f) * t;
    return v < 0.f ? factor * lesser - p * t : (1.f - t) - factor * lesser;
  });
}

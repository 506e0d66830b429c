// Batch norm over a matrix (rows, channels): statistics in one pass, double sums of x less the column's first value;
// application; backward by column sums of g and g · (x - mean), their join and dx = scale · (g - Σg/n + (x - mean) ·
// k). With a ReLU behind, g is dy where the normalised value, worked out again as forward did, is over zero.

#define BY_WIDTH(name, Args, body)       \
  KERNEL(name##_1, Args) { body<1>(a); } \
  KERNEL(name##_4, Args) { body<4>(a); }

struct BatchMoments {
  const float* x;
  double* partial;
  Matrix matrix;
};

template <int V> FN void batchMoments(const BatchMoments& a) {
  Tile t = tileOf<V>(a.matrix);
  double sum[V] = {};
  double squares[V] = {};
  if (t.active) {
    Floats<V> shift = load<V>(a.x + t.column);
#pragma unroll
    for (int j = 0; j < V; j++) {
      shift.v[j] = shiftOf(shift.v[j]);
    }
#pragma unroll 4
    for (i64 r = t.row; r < a.matrix.rows; r += t.step) {
      Floats<V> v = load<V>(a.x + r * a.matrix.columns + t.column);
#pragma unroll
      for (int j = 0; j < V; j++) {
        double d = (double)v.v[j] - shift.v[j];
        sum[j] += d;
        squares[j] += d * d;
      }
    }
  }
  leave<V>(a.matrix, t, sum, squares, a.partial);
}

BY_WIDTH(batch_moments, BatchMoments, batchMoments)

struct MomentsJoin {
  const double* partial;
  const float* x;
  float* mean;
  float* inverse;
  float* runningMean;  // null with the variance where there are none
  float* runningVariance;
  i64 rows;
  i64 columns;
  i64 chunks;
  double eps;
  double momentum;
};

KERNEL(batch_moments_join, MomentsJoin) {
  warpPerColumn(a.columns, [&](i64 c) {
    double n = (double)a.rows;
    double sum = chunkSum(a.partial, a.chunks, a.columns, 0, c);
    double squares = chunkSum(a.partial, a.chunks, a.columns, 1, c) - sum * (sum / n);
    if (threadIdx.x % WARP == 0) {
      double mean = shiftOf(a.x[c]) + sum / n;
      // Rounding may leave a constant column's sum of squares a hair under zero; NaN stays.
      squares = squares < 0 ? 0 : squares;
      a.mean[c] = (float)mean;
      a.inverse[c] = (float)(1 / sqrt(squares / n + a.eps));
      if (a.runningMean) {
        a.runningMean[c] = (float)((1 - a.momentum) * a.runningMean[c] + a.momentum * mean);
        a.runningVariance[c] = (float)((1 - a.momentum) * a.runningVariance[c] + a.momentum * (squares / (n - 1)));
      }
    }
  });
}

struct RunningMoments {
  const float* runningMean;
  const float* runningVariance;
  float* mean;
  float* inverse;
  i64 columns;
  double eps;
};

KERNEL(running_moments, RunningMoments) {
  for (i64 c = first(); c < a.columns; c += step()) {
    a.mean[c] = a.runningMean[c];
    a.inverse[c] = (float)(1 / sqrt((double)a.runningVariance[c] + a.eps));
  }
}

template <int V> struct Parameters {
  Floats<V> mean, scale, bias;
};

template <int V> FN Parameters<V> parametersOf(const Norm& n, i64 column) {
  Parameters<V> p;
#pragma unroll
  for (int j = 0; j < V; j++) {
    p.mean.v[j] = n.mean[column + j];
    p.scale.v[j] = scaleOf(n, column + j);
    p.bias.v[j] = biasOf(n, column + j);
  }
  return p;
}

struct BatchApply {
  const float* x;
  float* y;
  Norm norm;
  Matrix matrix;
  i64 relu;
};

template <int V> FN void batchApply(const BatchApply& a) {
  Tile t = tileOf<V>(a.matrix);
  if (!t.active) {
    return;
  }
  Parameters<V> p = parametersOf<V>(a.norm, t.column);
#pragma unroll 4
  for (i64 r = t.row; r < a.matrix.rows; r += t.step) {
    i64 at = r * a.matrix.columns + t.column;
    Floats<V> v = load<V>(a.x + at);
#pragma unroll
    for (int j = 0; j < V; j++) {
      float z = fmaf(v.v[j] - p.mean.v[j], p.scale.v[j], p.bias.v[j]);
      v.v[j] = a.relu && z < 0.f ? 0.f : z;
    }
    store<V>(a.y + at, v);
  }
}

BY_WIDTH(batch_apply, BatchApply, batchApply)

struct BatchSums {
  const float* dy;
  const float* x;
  double* partial;
  Norm norm;
  Matrix matrix;
  i64 relu;
};

// dy, or 0 where the ReLU let nothing through; a NaN lets a gradient through, as in PyTorch.
FN float masked(i64 relu, float d, float scale, float bias, float dy) {
  return relu && fmaf(d, scale, bias) <= 0.f ? 0.f : dy;
}

template <int V> FN void batchSums(const BatchSums& a) {
  Tile t = tileOf<V>(a.matrix);
  double sum[V] = {};
  double product[V] = {};
  if (t.active) {
    Parameters<V> p = parametersOf<V>(a.norm, t.column);
#pragma unroll 4
    for (i64 r = t.row; r < a.matrix.rows; r += t.step) {
      i64 at = r * a.matrix.columns + t.column;
      Floats<V> v = load<V>(a.x + at);
      Floats<V> g = load<V>(a.dy + at);
#pragma unroll
      for (int j = 0; j < V; j++) {
        float d = v.v[j] - p.mean.v[j];
        double m = masked(a.relu, d, p.scale.v[j], p.bias.v[j], g.v[j]);
        sum[j] += m;
        product[j] += m * d;
      }
    }
  }
  leave<V>(a.matrix, t, sum, product, a.partial);
}

BY_WIDTH(batch_sums, BatchSums, batchSums)

struct GradientsJoin {
  const double* partial;
  float* numbers;  // (2, columns): Σg / n, and k = -Σ g·(x - mean) · inverse² / n
  float* dWeight;  // or null
  float* dBias;    // or null
  const float* inverse;
  i64 rows;
  i64 columns;
  i64 chunks;  // 0 where no sums are needed
};

KERNEL(batch_gradients_join, GradientsJoin) {
  warpPerColumn(a.columns, [&](i64 c) {
    double sum = chunkSum(a.partial, a.chunks, a.columns, 0, c);
    double product = chunkSum(a.partial, a.chunks, a.columns, 1, c);
    if (threadIdx.x % WARP == 0) {
      double inverse = a.inverse[c];
      if (a.dBias) {
        a.dBias[c] = (float)sum;
      }
      if (a.dWeight) {
        a.dWeight[c] = (float)(product * inverse);
      }
      a.numbers[c] = (float)(sum / (double)a.rows);
      a.numbers[a.columns + c] = (float)(-product * inverse * inverse / (double)a.rows);
    }
  });
}

struct BatchPropagate {
  const float* dy;
  const float* x;
  const float* numbers;
  float* dx;
  Norm norm;
  Matrix matrix;
  i64 relu;
  i64 training;
};

template <int V> FN void batchPropagate(const BatchPropagate& a) {
  Tile t = tileOf<V>(a.matrix);
  if (!t.active) {
    return;
  }
  Parameters<V> p = parametersOf<V>(a.norm, t.column);
  Floats<V> b = load<V>(a.numbers + t.column);
  Floats<V> k = load<V>(a.numbers + a.matrix.columns + t.column);
#pragma unroll 2
  for (i64 r = t.row; r < a.matrix.rows; r += t.step) {
    i64 at = r * a.matrix.columns + t.column;
    Floats<V> v = load<V>(a.x + at);
    Floats<V> g = load<V>(a.dy + at);
#pragma unroll
    for (int j = 0; j < V; j++) {
      float d = v.v[j] - p.mean.v[j];
      float m = masked(a.relu, d, p.scale.v[j], p.bias.v[j], g.v[j]);
      g.v[j] = (a.training ? fmaf(d, k.v[j], m - b.v[j]) : m) * p.scale.v[j];
    }
    store<V>(a.dx + at, g);
  }
}

BY_WIDTH(batch_propagate, BatchPropagate, batchPropagate)

// Layer norm along the rows of a matrix; a warp or the block has a row, sums in double. Gradients of weight and bias
// are column sums.

struct LayerForward {
  const float* x;
  float* y;
  float* mean;
  float* inverse;
  const float* weight;  // or null
  const float* bias;    // or null
  i64 rows;
  i64 columns;
  double eps;
};

template <int SIZE> FN void layerForward(const LayerForward& a) {
  const int groups = THREADS / SIZE;
  int lane = threadIdx.x % SIZE;
  for (i64 base = (i64)blockIdx.x * groups; base < a.rows; base += (i64)gridDim.x * groups) {
    i64 row = base + threadIdx.x / SIZE;
    i64 n = row < a.rows ? a.columns : 0;
    const float* x = a.x + row * a.columns;
    float* y = a.y + row * a.columns;
    double sum = 0;
    for (i64 c = lane; c < n; c += SIZE) {
      sum += x[c];
    }
    double mean = groupSum<SIZE>(sum) / (double)a.columns;
    double squares = 0;
    for (i64 c = lane; c < n; c += SIZE) {
      double d = x[c] - mean;
      squares += d * d;
    }
    float center = (float)mean;
    float inverse = (float)(1 / sqrt(groupSum<SIZE>(squares) / (double)a.columns + a.eps));
    if (lane == 0 && n > 0) {
      a.mean[row] = center;
      a.inverse[row] = inverse;
    }
    for (i64 c = lane; c < n; c += SIZE) {
      float hat = (x[c] - center) * inverse;
      y[c] = fmaf(hat, a.weight ? a.weight[c] : 1.f, a.bias ? a.bias[c] : 0.f);
    }
  }
}

KERNEL(layer_forward_warps, LayerForward) { layerForward<WARP>(a); }
KERNEL(layer_forward_blocks, LayerForward) { layerForward<THREADS>(a); }

struct LayerBackward {
  const float* dy;
  const float* x;
  float* dx;
  const float* mean;
  const float* inverse;
  const float* weight;  // or null
  i64 rows;
  i64 columns;
};

// With g = dy · weight and n columns: dx = inverse · (g - Σg/n - x̂ · Σ(g·x̂)/n).
template <int SIZE> FN void layerBackward(const LayerBackward& a) {
  const int groups = THREADS / SIZE;
  int lane = threadIdx.x % SIZE;
  for (i64 base = (i64)blockIdx.x * groups; base < a.rows; base += (i64)gridDim.x * groups) {
    i64 row = base + threadIdx.x / SIZE;
    i64 n = row < a.rows ? a.columns : 0;
    i64 at = row * a.columns;
    float mean = n > 0 ? a.mean[row] : 0.f;
    float inverse = n > 0 ? a.inverse[row] : 0.f;
    double sum = 0;
    double product = 0;
    for (i64 c = lane; c < n; c += SIZE) {
      float g = a.dy[at + c] * (a.weight ? a.weight[c] : 1.f);
      sum += g;
      product += (double)g * (a.x[at + c] - mean);
    }
    float b = (float)(groupSum<SIZE>(sum) / (double)a.columns);
    float k = (float)(groupSum<SIZE>(product) * inverse / (double)a.columns);
    for (i64 c = lane; c < n; c += SIZE) {
      float g = a.dy[at + c] * (a.weight ? a.weight[c] : 1.f);
      float hat = (a.x[at + c] - mean) * inverse;
      a.dx[at + c] = fmaf(hat, -k, g - b) * inverse;
    }
  }
}

KERNEL(layer_backward_warps, LayerBackward) { layerBackward<WARP>(a); }
KERNEL(layer_backward_blocks, LayerBackward) { layerBackward<THREADS>(a); }

struct LayerSums {
  const float* dy;
  const float* x;
  double* partial;
  const float* mean;
  const float* inverse;
  Matrix matrix;
};

template <int V> FN void layerSums(const LayerSums& a) {
  Tile t = tileOf<V>(a.matrix);
  double sum[V] = {};
  double product[V] = {};
  for (i64 r = t.row; t.active && r < a.matrix.rows; r += t.step) {
    i64 at = r * a.matrix.columns + t.column;
    Floats<V> g = load<V>(a.dy + at);
    Floats<V> v = load<V>(a.x + at);
    float mean = a.mean[r];
    float inverse = a.inverse[r];
#pragma unroll
    for (int j = 0; j < V; j++) {
      sum[j] += g.v[j];
      product[j] += (double)g.v[j] * ((v.v[j] - mean) * inverse);
    }
  }
  leave<V>(a.matrix, t, sum, product, a.partial);
}

KERNEL(layer_sums_1, LayerSums) { layerSums<1>(a); }
KERNEL(layer_sums_4, LayerSums) { layerSums<4>(a); }

struct LayerJoin {
  const double* partial;
  float* dWeight;  // or null
  float* dBias;    // or null
  i64 columns;
  i64 chunks;
};

KERNEL(layer_join, LayerJoin) {
  warpPerColumn(a.columns, [&](i64 c) {
    double sum = chunkSum(a.partial, a.chunks, a.columns, 0, c);
    double product = chunkSum(a.partial, a.chunks, a.columns, 1, c);
    if (threadIdx.x % WARP == 0) {
      if (a.dBias) {
        a.dBias[c] = (float)sum;
      }
      if (a.dWeight) {
        a.dWeight[c] = (float)product;
      }
    }
  });
}

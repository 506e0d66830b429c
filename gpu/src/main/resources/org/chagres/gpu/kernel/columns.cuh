// A dense matrix (rows, columns) gone through in tiles of columns: threads side by side have V columns each, so that a
// warp reads along memory, and what belongs to a column is read once. Blocks in x have tiles, blocks in y chunks of
// rows.

struct Matrix {
  i64 rows;
  i64 columns;
  i64 widthLog;  // log2 of the threads side by side
};

struct Tile {
  i64 column;   // the thread's first
  bool active;  // whether there is such a column
  i64 row;      // the thread's first
  i64 step;     // rows to its next
  int way;      // which of the threads that share a column
  int ways;
};

template <int V> FN Tile tileOf(const Matrix& m) {
  Tile t;
  int width = 1 << m.widthLog;
  t.way = threadIdx.x >> m.widthLog;
  t.ways = THREADS >> m.widthLog;
  t.column = ((i64)blockIdx.x * width + (threadIdx.x & (width - 1))) * V;
  t.active = t.column < m.columns;
  t.row = (i64)blockIdx.y * t.ways + t.way;
  t.step = (i64)gridDim.y * t.ways;
  return t;
}

// Adds two sums of each column over the threads that share it, in pairs, and leaves the block's: partial is (blocks in
// y, 2, columns).
template <int V>
FN void leave(const Matrix& m, const Tile& t, const double* sum, const double* other, double* partial) {
  __shared__ double cells[2 * V][THREADS];
#pragma unroll
  for (int j = 0; j < V; j++) {
    cells[j][threadIdx.x] = sum[j];
    cells[V + j][threadIdx.x] = other[j];
  }
  for (int half = t.ways / 2; half > 0; half /= 2) {
    __syncthreads();
    if (t.way < half) {
#pragma unroll
      for (int j = 0; j < 2 * V; j++) {
        cells[j][threadIdx.x] += cells[j][threadIdx.x + (half << m.widthLog)];
      }
    }
  }
  if (t.way == 0 && t.active) {
    double* to = partial + 2 * (i64)blockIdx.y * m.columns + t.column;
#pragma unroll
    for (int j = 0; j < V; j++) {
      to[j] = cells[j][threadIdx.x];
      to[m.columns + j] = cells[V + j][threadIdx.x];
    }
  }
}

// The sum over the chunks of one of the two sums of a column, by a warp.
FN double chunkSum(const double* partial, i64 chunks, i64 columns, i64 which, i64 column) {
  double sum = 0;
  for (i64 k = threadIdx.x % WARP; k < chunks; k += WARP) {
    sum += partial[(2 * k + which) * columns + column];
  }
  return warpSum(sum);
}

// Calls f(column) with a warp for each column.
template <class F> FN void warpPerColumn(i64 columns, F f) {
  const int warps = THREADS / WARP;
  for (i64 c = (i64)blockIdx.x * warps + threadIdx.x / WARP; c < columns; c += (i64)gridDim.x * warps) {
    f(c);
  }
}

// What belongs to a column of a batch norm; weight and bias may be null.
struct Norm {
  const float* mean;
  const float* inverse;
  const float* weight;
  const float* bias;
};

FN float scaleOf(const Norm& n, i64 c) {
  return n.weight ? n.inverse[c] * n.weight[c] : n.inverse[c];
}

FN float biasOf(const Norm& n, i64 c) {
  return n.bias ? n.bias[c] : 0.f;
}

// Softmax along the middle of (outer, length, inner), or its logarithm, and backward from the result; sums in double.
// Rows (inner 1): a warp or the block has a line; columns: a thread, neighbours side by side. Where all are minus
// infinity, or one is infinite or NaN, results are NaN, as PyTorch's.

struct Softmax {
  const float* x;
  float* y;
  i64 outer;
  i64 length;
  i64 inner;
  i64 log;
};

template <int SIZE> FN void softmaxRows(const Softmax& a) {
  const int groups = THREADS / SIZE;
  int lane = threadIdx.x % SIZE;
  // Every thread goes round as often: sums need all of them.
  for (i64 base = (i64)blockIdx.x * groups; base < a.outer; base += (i64)gridDim.x * groups) {
    i64 row = base + threadIdx.x / SIZE;
    i64 n = row < a.outer ? a.length : 0;
    const float* x = a.x + row * a.length;
    float* y = a.y + row * a.length;
    float largest = MINUS_INFINITY;
    for (i64 i = lane; i < n; i += SIZE) {
      largest = most(largest, x[i]);
    }
    largest = groupMax<SIZE>(largest);
    double sum = 0;
    for (i64 i = lane; i < n; i += SIZE) {
      sum += expf(x[i] - largest);
    }
    sum = groupSum<SIZE>(sum);
    float inverse = (float)(1 / sum);
    float shift = (float)log(sum);
    for (i64 i = lane; i < n; i += SIZE) {
      float d = x[i] - largest;
      y[i] = a.log ? d - shift : expf(d) * inverse;
    }
  }
}

KERNEL(softmax_warps, Softmax) { softmaxRows<WARP>(a); }
KERNEL(softmax_blocks, Softmax) { softmaxRows<THREADS>(a); }

KERNEL(softmax_columns, Softmax) {
  for (i64 line = first(); line < a.outer * a.inner; line += step()) {
    i64 outer = line / a.inner;
    i64 at = outer * a.length * a.inner + (line - outer * a.inner);
    const float* x = a.x + at;
    float* y = a.y + at;
    float largest = MINUS_INFINITY;
    for (i64 i = 0; i < a.length; i++) {
      largest = most(largest, x[i * a.inner]);
    }
    double sum = 0;
    for (i64 i = 0; i < a.length; i++) {
      sum += expf(x[i * a.inner] - largest);
    }
    float inverse = (float)(1 / sum);
    float shift = (float)log(sum);
    for (i64 i = 0; i < a.length; i++) {
      float d = x[i * a.inner] - largest;
      y[i * a.inner] = a.log ? d - shift : expf(d) * inverse;
    }
  }
}

struct SoftmaxBackward {
  const float* dy;
  const float* y;
  float* dx;
  i64 outer;
  i64 length;
  i64 inner;
  i64 log;
};

FN double term(const SoftmaxBackward& a, float dy, float y) {
  return a.log ? (double)dy : (double)dy * y;
}

FN float slope(const SoftmaxBackward& a, float dy, float y, float sum) {
  return a.log ? dy - expf(y) * sum : (dy - sum) * y;
}

template <int SIZE> FN void softmaxBackwardRows(const SoftmaxBackward& a) {
  const int groups = THREADS / SIZE;
  int lane = threadIdx.x % SIZE;
  for (i64 base = (i64)blockIdx.x * groups; base < a.outer; base += (i64)gridDim.x * groups) {
    i64 row = base + threadIdx.x / SIZE;
    i64 n = row < a.outer ? a.length : 0;
    i64 at = row * a.length;
    double sum = 0;
    for (i64 i = lane; i < n; i += SIZE) {
      sum += term(a, a.dy[at + i], a.y[at + i]);
    }
    float total = (float)groupSum<SIZE>(sum);
    for (i64 i = lane; i < n; i += SIZE) {
      a.dx[at + i] = slope(a, a.dy[at + i], a.y[at + i], total);
    }
  }
}

KERNEL(softmax_backward_warps, SoftmaxBackward) { softmaxBackwardRows<WARP>(a); }
KERNEL(softmax_backward_blocks, SoftmaxBackward) { softmaxBackwardRows<THREADS>(a); }

KERNEL(softmax_backward_columns, SoftmaxBackward) {
  for (i64 line = first(); line < a.outer * a.inner; line += step()) {
    i64 outer = line / a.inner;
    i64 at = outer * a.length * a.inner + (line - outer * a.inner);
    double sum = 0;
    for (i64 i = 0; i < a.length; i++) {
      sum += term(a, a.dy[at + i * a.inner], a.y[at + i * a.inner]);
    }
    for (i64 i = 0; i < a.length; i++) {
      i64 o = at + i * a.inner;
      a.dx[o] = slope(a, a.dy[o], a.y[o], (float)sum);
    }
  }
}

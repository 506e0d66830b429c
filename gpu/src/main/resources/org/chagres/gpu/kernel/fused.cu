// Dropout of the max pooling of a ReLU of a batch norm in one pass; what lies between is never written. Where no
// gradient goes back from an element, because ReLU or dropout made it zero, its position is NOWHERE. Backward: column
// sums over the windows, which batch_gradients_join of norm.cu joins, then dx by cells of the input.

#define NOWHERE 255

#define BY_WIDTH(name, Args, body)       \
  KERNEL(name##_1, Args) { body<1>(a); } \
  KERNEL(name##_4, Args) { body<4>(a); }

struct FusedForward {
  const float* x;
  float* y;
  u8* positions;  // or null
  Norm norm;
  Drop drop;
  Windows s;
};

template <int V> FN void fusedForward(const FusedForward& a) {
  const Windows& s = a.s;
  Key key = keyOf(a.drop.at);
  pixels<V>(s.n, s.part, s.outH, s.outW, s.c, [&](int image, int oh, int ow, int channel) {
    Window w = windowAt(s, oh, ow);
    Floats<V> mean, scale, bias, best;
    int corner = (w.top - w.rowZero) * w.pitch + w.left - w.columnZero;
    int position[V];
    Floats<V> v = load<V>(a.x + at(image, w.top, w.left, channel, s.h, s.w, s.c));
#pragma unroll
    for (int j = 0; j < V; j++) {
      mean.v[j] = a.norm.mean[channel + j];
      scale.v[j] = scaleOf(a.norm, channel + j);
      bias.v[j] = biasOf(a.norm, channel + j);
      best.v[j] = fmaf(v.v[j] - mean.v[j], scale.v[j], bias.v[j]);
      position[j] = corner;
    }
    for (int r = w.top; r < w.bottom; r++) {
      for (int k = w.left; k < w.right; k++) {
        v = load<V>(a.x + at(image, r, k, channel, s.h, s.w, s.c));
#pragma unroll
        for (int j = 0; j < V; j++) {
          float z = fmaf(v.v[j] - mean.v[j], scale.v[j], bias.v[j]);
          if (z > best.v[j] || z != z) {
            best.v[j] = z;
            position[j] = (r - w.rowZero) * w.pitch + k - w.columnZero;
          }
        }
      }
    }
    i64 to = at(image, oh, ow, channel, s.outH, s.outW, s.c);
    Words words = {};
    if (a.drop.threshold > 0) {
      words = philox(key.seed, 0, key.offset + (u64)to / 4);
    }
#pragma unroll
    for (int j = 0; j < V; j++) {
      // With V = 4 an element stands at a multiple of four and has all of the words.
      u32 word = V == 4 ? words.w[j] : words.w[to % 4];
      bool dead = best.v[j] <= 0.f;
      bool dropped = word >> 8 < a.drop.threshold;
      float value = dead ? 0.f : best.v[j];
      best.v[j] = a.drop.threshold == 0 ? value : dropped ? 0.f : value * a.drop.scale;
      position[j] = dead || dropped ? NOWHERE : position[j];
    }
    store<V>(a.y + to, best);
    if (a.positions) {
#pragma unroll
      for (int j = 0; j < V; j++) {
        a.positions[to + j] = (u8)position[j];
      }
    }
  });
}

BY_WIDTH(fused_forward, FusedForward, fusedForward)

struct FusedSums {
  const float* dy;
  const u8* positions;
  const float* x;
  const float* mean;
  double* partial;
  Matrix matrix;  // of the result's pixels
  Windows s;
  float scale;  // of dropout
};

template <int V> FN void fusedSums(const FusedSums& a) {
  const Windows& s = a.s;
  Tile t = tileOf<V>(a.matrix);
  double sum[V] = {};
  double product[V] = {};
  for (i64 r = t.row; t.active && r < a.matrix.rows; r += t.step) {
    int ow = (int)(r % s.outW);
    i64 line = r / s.outW;
    int oh = (int)(line % s.outH);
    int image = (int)(line / s.outH);
    Window w = windowAt(s, oh, ow);
    Floats<V> g = load<V>(a.dy + r * s.c + t.column);
#pragma unroll
    for (int j = 0; j < V; j++) {
      int position = a.positions[r * s.c + t.column + j];
      bool back = position != NOWHERE;
      int row = back ? w.rowZero + position / w.pitch : w.top;
      int column = back ? w.columnZero + position % w.pitch : w.left;
      // Zeros are added too: where the mean is NaN the sums must be.
      double d = a.x[at(image, row, column, (int)t.column + j, s.h, s.w, s.c)] - a.mean[t.column + j];
      double m = back ? g.v[j] * a.scale : 0.f;
      sum[j] += m;
      product[j] += m * d;
    }
  }
  leave<V>(a.matrix, t, sum, product, a.partial);
}

BY_WIDTH(fused_sums, FusedSums, fusedSums)

struct FusedPropagate {
  const float* dy;
  const u8* positions;
  const float* x;
  const float* numbers;  // of batch_gradients_join
  float* dx;
  Norm norm;
  Windows s;
  float scale;
  int training;
};

template <int V> FN void fusedPropagate(const FusedPropagate& a) {
  const Windows& s = a.s;
  pixels<V>(s.n, s.part, s.h, s.w, s.c, [&](int image, int row, int column, int channel) {
    Floats<V> sum = {};
    eachWindowOf(s, image, row, column, channel, [&](i64 from, const Window&, int position) {
      Floats<V> g = load<V>(a.dy + from);
#pragma unroll
      for (int j = 0; j < V; j++) {
        sum.v[j] += a.positions[from + j] == position ? g.v[j] * a.scale : 0.f;
      }
    });
    i64 to = at(image, row, column, channel, s.h, s.w, s.c);
    Floats<V> v = load<V>(a.x + to);
#pragma unroll
    for (int j = 0; j < V; j++) {
      int c = channel + j;
      float d = v.v[j] - a.norm.mean[c];
      float inner = a.training ? fmaf(d, a.numbers[s.c + c], sum.v[j] - a.numbers[c]) : sum.v[j];
      sum.v[j] = inner * scaleOf(a.norm, c);
    }
    store<V>(a.dx + to, sum);
  });
}

BY_WIDTH(fused_propagate, FusedPropagate, fusedPropagate)

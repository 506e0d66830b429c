// 2-D pooling, channels last, V channels a thread. Backward goes by cells of the input, which gather from the windows
// that they lie in: no element is written twice.

#define BY_WIDTH(name, Args, body)       \
  KERNEL(name##_1, Args) { body<1>(a); } \
  KERNEL(name##_4, Args) { body<4>(a); }

struct MaxForward {
  const float* x;
  float* y;
  u8* positions;  // or null
  Windows s;
};

// The first one where equal; a NaN before all, the last of several.
template <int V> FN void maxForward(const MaxForward& a) {
  const Windows& s = a.s;
  pixels<V>(s.n, s.part, s.outH, s.outW, s.c, [&](int image, int oh, int ow, int channel) {
    Window w = windowAt(s, oh, ow);
    Floats<V> best = load<V>(a.x + at(image, w.top, w.left, channel, s.h, s.w, s.c));
    int corner = (w.top - w.rowZero) * w.pitch + w.left - w.columnZero;
    int position[V];
#pragma unroll
    for (int j = 0; j < V; j++) {
      position[j] = corner;
    }
    for (int r = w.top; r < w.bottom; r++) {
      for (int k = w.left; k < w.right; k++) {
        Floats<V> v = load<V>(a.x + at(image, r, k, channel, s.h, s.w, s.c));
#pragma unroll
        for (int j = 0; j < V; j++) {
          if (v.v[j] > best.v[j] || v.v[j] != v.v[j]) {
            best.v[j] = v.v[j];
            position[j] = (r - w.rowZero) * w.pitch + k - w.columnZero;
          }
        }
      }
    }
    i64 to = at(image, oh, ow, channel, s.outH, s.outW, s.c);
    store<V>(a.y + to, best);
    if (a.positions) {
#pragma unroll
      for (int j = 0; j < V; j++) {
        a.positions[to + j] = (u8)position[j];
      }
    }
  });
}

BY_WIDTH(max_forward, MaxForward, maxForward)

struct MaxBackward {
  const float* dy;
  const u8* positions;
  float* dx;
  Windows s;
};

template <int V> FN void maxBackward(const MaxBackward& a) {
  const Windows& s = a.s;
  pixels<V>(s.n, s.part, s.h, s.w, s.c, [&](int image, int row, int column, int channel) {
    Floats<V> sum = {};
    eachWindowOf(s, image, row, column, channel, [&](i64 from, const Window&, int position) {
      Floats<V> g = load<V>(a.dy + from);
#pragma unroll
      for (int j = 0; j < V; j++) {
        sum.v[j] += a.positions[from + j] == position ? g.v[j] : 0.f;
      }
    });
    store<V>(a.dx + at(image, row, column, channel, s.h, s.w, s.c), sum);
  });
}

BY_WIDTH(max_backward, MaxBackward, maxBackward)

struct Average {
  const float* x;  // dy in backward
  float* y;        // dx
  Windows s;
};

// A window's rows are summed on their own first, which keeps large ones exact.
template <int V> FN void averageForward(const Average& a) {
  const Windows& s = a.s;
  pixels<V>(s.n, s.part, s.outH, s.outW, s.c, [&](int image, int oh, int ow, int channel) {
    Window w = windowAt(s, oh, ow);
    Floats<V> sum = {};
    for (int r = w.top; r < w.bottom; r++) {
      Floats<V> line = {};
      for (int k = w.left; k < w.right; k++) {
        Floats<V> v = load<V>(a.x + at(image, r, k, channel, s.h, s.w, s.c));
#pragma unroll
        for (int j = 0; j < V; j++) {
          line.v[j] += v.v[j];
        }
      }
#pragma unroll
      for (int j = 0; j < V; j++) {
        sum.v[j] += line.v[j];
      }
    }
    float divisor = (float)divisorOf(s, w);
#pragma unroll
    for (int j = 0; j < V; j++) {
      sum.v[j] /= divisor;
    }
    store<V>(a.y + at(image, oh, ow, channel, s.outH, s.outW, s.c), sum);
  });
}

BY_WIDTH(average_forward, Average, averageForward)

template <int V> FN void averageBackward(const Average& a) {
  const Windows& s = a.s;
  pixels<V>(s.n, s.part, s.h, s.w, s.c, [&](int image, int row, int column, int channel) {
    Floats<V> sum = {};
    eachWindowOf(s, image, row, column, channel, [&](i64 from, const Window& w, int) {
      Floats<V> g = load<V>(a.x + from);
      float divisor = (float)divisorOf(s, w);
#pragma unroll
      for (int j = 0; j < V; j++) {
        sum.v[j] += g.v[j] / divisor;
      }
    });
    store<V>(a.y + at(image, row, column, channel, s.h, s.w, s.c), sum);
  });
}

BY_WIDTH(average_backward, Average, averageBackward)

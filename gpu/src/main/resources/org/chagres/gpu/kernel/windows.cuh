// The windows of a pooling over x (n, h, w, c) with y (n, outH, outW, c). Adaptive windows go from floor(i·h / outH) up
// to ceil((i+1)·h / outH). A cell's position is row · pitch + column counted from the window's first cell, padding
// included; the pitch is the kernel's width, or the window's own where adaptive.

struct Windows {
  int n, c, h, w;
  int kernelH, kernelW, strideH, strideW, padH, padW;
  int outH, outW;
  int adaptive, countPadding;
  int part;  // images that a row of blocks has: so few that 32 bits suffice for their elements
  int unused;
};

// A window's cells in the input, where its padding begins, and the pitch of positions.
struct Window {
  int top, bottom, left, right;
  int rowZero, columnZero;
  int pitch;
};

FN Window windowAt(const Windows& s, int oh, int ow) {
  Window w;
  if (s.adaptive) {
    w.top = w.rowZero = (int)((i64)oh * s.h / s.outH);
    w.bottom = (int)(((i64)(oh + 1) * s.h + s.outH - 1) / s.outH);
    w.left = w.columnZero = (int)((i64)ow * s.w / s.outW);
    w.right = (int)(((i64)(ow + 1) * s.w + s.outW - 1) / s.outW);
    w.pitch = w.right - w.left;
  } else {
    w.rowZero = oh * s.strideH - s.padH;
    w.columnZero = ow * s.strideW - s.padW;
    w.top = most(0, w.rowZero);
    w.bottom = least(s.h, w.rowZero + s.kernelH);
    w.left = most(0, w.columnZero);
    w.right = least(s.w, w.columnZero + s.kernelW);
    w.pitch = s.kernelW;
  }
  return w;
}

// What an average divides by: cells inside the input, or with the padding's where those count.
FN int divisorOf(const Windows& s, const Window& w) {
  if (s.adaptive || !s.countPadding) {
    return (w.bottom - w.top) * (w.right - w.left);
  }
  int endH = least(w.rowZero + s.kernelH, s.h + s.padH);
  int endW = least(w.columnZero + s.kernelW, s.w + s.padW);
  return (endH - w.rowZero) * (endW - w.columnZero);
}

// The first and last of the windows along a side that a cell lies in.
FN int firstWindow(int cell, int in, int out, int kernel, int stride, int pad, int adaptive) {
  return adaptive ? (int)((i64)cell * out / in) : most(0, cell + pad - kernel + stride) / stride;
}

FN int lastWindow(int cell, int in, int out, int stride, int pad, int adaptive) {
  return adaptive ? (int)(((i64)(cell + 1) * out + in - 1) / in) - 1 : least(out - 1, (cell + pad) / stride);
}

// Calls f(image, row, column, first of V channels) for every V elements of a (n, height, width, c); blocks in y have
// parts of n.
template <int V, class F> FN void pixels(int n, int part, int height, int width, int c, F f) {
  u32 groups = (u32)(c / V);
  int from = (int)blockIdx.y * part;
  u32 count = (u32)least(part, n - from) * height * width * groups;
  for (u32 i = (u32)first(); i < count; i += (u32)step()) {
    u32 pixel = i / groups;
    u32 row = pixel / (u32)width;
    u32 image = row / (u32)height;
    int channel = (int)(i - pixel * groups) * V;
    f(from + (int)image, (int)(row - image * (u32)height), (int)(pixel - row * (u32)width), channel);
  }
}

FN i64 at(int image, int row, int column, int channel, int height, int width, int c) {
  return (((i64)image * height + row) * width + column) * c + channel;
}

// Adds up f(element of dy, its window, the cell's position there) over the windows that an input cell lies in, in their
// order.
template <class F> FN void eachWindowOf(const Windows& s, int image, int row, int column, int channel, F f) {
  int lastH = lastWindow(row, s.h, s.outH, s.strideH, s.padH, s.adaptive);
  int lastW = lastWindow(column, s.w, s.outW, s.strideW, s.padW, s.adaptive);
  int firstW = firstWindow(column, s.w, s.outW, s.kernelW, s.strideW, s.padW, s.adaptive);
  for (int oh = firstWindow(row, s.h, s.outH, s.kernelH, s.strideH, s.padH, s.adaptive); oh <= lastH; oh++) {
    for (int ow = firstW; ow <= lastW; ow++) {
      Window w = windowAt(s, oh, ow);
      f(at(image, oh, ow, channel, s.outH, s.outW, s.c), w, (row - w.rowZero) * w.pitch + column - w.columnZero);
    }
  }
}

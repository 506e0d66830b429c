// Copies between memory with strides and dense memory, by the elements' size; transposes; filling.

struct Copy {
  const void* x;
  void* y;
  Strided<1> shape;
};

template <class T> FN void gather(const Copy& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  each(a.shape, [=](i64 i, const auto* at) { y[i] = x[at[0]]; });
}

template <class T> FN void scatter(const Copy& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  each(a.shape, [=](i64 i, const auto* at) { y[at[0]] = x[i]; });
}

KERNEL(gather_1, Copy) { gather<u8>(a); }
KERNEL(gather_2, Copy) { gather<u16>(a); }
KERNEL(gather_4, Copy) { gather<u32>(a); }
KERNEL(gather_8, Copy) { gather<u64>(a); }
KERNEL(scatter_1, Copy) { scatter<u8>(a); }
KERNEL(scatter_2, Copy) { scatter<u16>(a); }
KERNEL(scatter_4, Copy) { scatter<u32>(a); }
KERNEL(scatter_8, Copy) { scatter<u64>(a); }

// No element is reached twice, so that no order shows.
KERNEL(scatter_add_f32, Copy) {
  const float* x = (const float*)a.x;
  float* y = (float*)a.y;
  each(a.shape, [=](i64 i, const auto* at) { y[at[0]] += x[i]; });
}

// y (batch, columns, rows) from x, whose rows lie xRow elements apart and its matrices xBatch.
struct Transpose {
  const u32* x;
  u32* y;
  i64 batch;
  i64 rows;
  i64 columns;
  i64 xBatch;
  i64 xRow;
};

// Tiles of 32 × 32 through shared memory, so that reads and writes both run along memory; the 33rd column keeps the
// banks apart.
KERNEL(transpose_4, Transpose) {
  __shared__ u32 tile[32][33];
  int tx = threadIdx.x % 32;
  int ty = threadIdx.x / 32;
  i64 across = (a.columns + 31) / 32;
  i64 tiles = across * ((a.rows + 31) / 32);
  for (i64 t = blockIdx.x; t < tiles * a.batch; t += gridDim.x) {
    i64 matrix = t / tiles;
    i64 place = t - matrix * tiles;
    i64 row = place / across * 32;
    i64 column = place % across * 32;
    for (int r = ty; r < 32; r += THREADS / 32) {
      if (row + r < a.rows && column + tx < a.columns) {
        tile[r][tx] = a.x[matrix * a.xBatch + (row + r) * a.xRow + column + tx];
      }
    }
    __syncthreads();
    u32* to = a.y + matrix * a.rows * a.columns;
    for (int r = ty; r < 32; r += THREADS / 32) {
      if (column + r < a.columns && row + tx < a.rows) {
        to[(column + r) * a.rows + row + tx] = tile[tx][r];
      }
    }
    __syncthreads();
  }
}

// Sixteen bytes of a pattern at a time, then what is left byte by byte; the pattern's length divides 8.
struct Fill {
  u8* y;
  i64 bytes;
  u64 pattern;
};

KERNEL(fill, Fill) {
  i64 done = 0;
  if (wide(a.y)) {
    uint4 v;
    v.x = v.z = (u32)a.pattern;
    v.y = v.w = (u32)(a.pattern >> 32);
    done = a.bytes / 16 * 16;
    for (i64 i = first(); i < a.bytes / 16; i += step()) {
      ((uint4*)a.y)[i] = v;
    }
  }
  for (i64 i = done + first(); i < a.bytes; i += step()) {
    a.y[i] = (u8)(a.pattern >> (8 * (i % 8)));
  }
}

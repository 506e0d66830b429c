// Rows of a table picked by index, and their sums by index in the order of the indices. An index that lies outside was
// refused before it came here: it picks NaN and is left out of sums, so that no access is wild.

struct GatherRows {
  const float* table;
  const i64* indices;
  float* y;
  i64 count;
  i64 width;
  i64 rows;
};

KERNEL(gather_rows, GatherRows) {
  if (a.width % 4 == 0 && wide(a.table, a.y)) {
    i64 width = a.width / 4;
    for (i64 i = first(); i < a.count * width; i += step()) {
      i64 line = i / width;
      i64 row = a.indices[line];
      Floats<4> v = {{NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER}};
      if (row >= 0 && row < a.rows) {
        v = load<4>(a.table + row * a.width + 4 * (i - line * width));
      }
      store<4>(a.y + 4 * i, v);
    }
    return;
  }
  for (i64 i = first(); i < a.count * a.width; i += step()) {
    i64 line = i / a.width;
    i64 row = a.indices[line];
    a.y[i] = row >= 0 && row < a.rows ? a.table[row * a.width + i - line * a.width] : NOT_A_NUMBER;
  }
}

// A stable counting sort of the places i by their row. The indices are cut into chunks, one a block, which goes through
// its own 256 at a time; counts are (rows, chunks). First they count, then a scan makes them where each row's part of a
// chunk begins, then each block puts its places there, which leaves where it ends.
struct SortRows {
  const i64* indices;
  u32* counts;
  u32* sorted;  // null while counting
  i64 count;
  i64 rows;
  i64 chunks;
};

KERNEL(sort_rows, SortRows) {
  __shared__ i64 keys[THREADS];
  i64 length = (a.count + a.chunks - 1) / a.chunks;
  i64 end = least(a.count, (blockIdx.x + 1) * length);
  for (i64 base = blockIdx.x * length; base < end; base += THREADS) {
    i64 i = base + threadIdx.x;
    i64 key = i < end ? a.indices[i] : -1;
    keys[threadIdx.x] = key;
    __syncthreads();
    bool valid = key >= 0 && key < a.rows;
    u32 before = 0;
    bool last = true;
    for (int j = 0; valid && j < THREADS; j++) {
      before += keys[j] == key && j < (int)threadIdx.x;
      last = last && !(keys[j] == key && j > (int)threadIdx.x);
    }
    u32* counter = a.counts + key * a.chunks + blockIdx.x;
    if (valid && a.sorted) {
      a.sorted[*counter + before] = (u32)i;
    }
    __syncthreads();
    // One thread for each row that occurs.
    if (valid && last) {
      *counter += before + 1;
    }
    __syncthreads();
  }
}

struct Scan {
  u32* x;
  u32* parts;  // sums of the blocks' parts
  i64 n;
};

FN u32 blockSum(u32 v) {
  __shared__ u32 cells[THREADS];
  __syncthreads();
  cells[threadIdx.x] = v;
  for (int half = THREADS / 2; half > 0; half /= 2) {
    __syncthreads();
    if ((int)threadIdx.x < half) {
      cells[threadIdx.x] += cells[threadIdx.x + half];
    }
  }
  __syncthreads();
  return cells[0];
}

KERNEL(scan_parts, Scan) {
  i64 length = (a.n + gridDim.x - 1) / gridDim.x;
  i64 end = least(a.n, (blockIdx.x + 1) * length);
  u32 sum = 0;
  for (i64 i = blockIdx.x * length + threadIdx.x; i < end; i += THREADS) {
    sum += a.x[i];
  }
  sum = blockSum(sum);
  if (threadIdx.x == 0) {
    a.parts[blockIdx.x] = sum;
  }
}

// x becomes the sum of all before it; with the grid of scan_parts.
KERNEL(scan, Scan) {
  __shared__ u32 cells[THREADS];
  i64 length = (a.n + gridDim.x - 1) / gridDim.x;
  i64 end = least(a.n, (blockIdx.x + 1) * length);
  u32 carry = 0;
  for (i64 p = threadIdx.x; p < blockIdx.x; p += THREADS) {
    carry += a.parts[p];
  }
  carry = blockSum(carry);
  for (i64 base = blockIdx.x * length; base < end; base += THREADS) {
    i64 i = base + threadIdx.x;
    u32 own = i < end ? a.x[i] : 0;
    cells[threadIdx.x] = own;
    for (int reach = 1; reach < THREADS; reach *= 2) {
      __syncthreads();
      u32 other = (int)threadIdx.x >= reach ? cells[threadIdx.x - reach] : 0;
      __syncthreads();
      cells[threadIdx.x] += other;
    }
    __syncthreads();
    if (i < end) {
      a.x[i] = carry + cells[threadIdx.x] - own;
    }
    carry += cells[THREADS - 1];
    __syncthreads();
  }
}

struct SumRows {
  const float* dy;
  const u32* ends;  // (rows, chunks), as sort_rows leaves them
  const u32* sorted;
  float* dTable;
  i64 rows;
  i64 width;
  i64 chunks;
};

// A warp has 32 columns of a row.
KERNEL(sum_rows, SumRows) {
  const i64 warps = THREADS / WARP;
  i64 across = (a.width + WARP - 1) / WARP;
  i64 tasks = a.rows * across;
  for (i64 task = blockIdx.x * warps + threadIdx.x / WARP; task < tasks; task += gridDim.x * warps) {
    i64 row = task / across;
    i64 column = (task - row * across) * WARP + threadIdx.x % WARP;
    if (column < a.width) {
      u32 begin = row == 0 ? 0 : a.ends[row * a.chunks - 1];
      u32 end = a.ends[(row + 1) * a.chunks - 1];
      float sum = 0.f;
      for (u32 k = begin; k < end; k++) {
        sum += a.dy[(i64)a.sorted[k] * a.width + column];
      }
      a.dTable[row * a.width + column] = sum;
    }
  }
}

struct Pick {
  const u64* x;
  const i64* indices;
  u64* y;
  i64 count;
  i64 n;
};

// Elements of 8 bytes, such as the labels of a batch of a data set that lies on the device; outside of it, all bits
// one.
KERNEL(pick_8, Pick) {
  for (i64 i = first(); i < a.count; i += step()) {
    i64 from = a.indices[i];
    a.y[i] = from >= 0 && from < a.n ? a.x[from] : ~0ull;
  }
}

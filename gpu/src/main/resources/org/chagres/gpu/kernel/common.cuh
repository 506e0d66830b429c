// What all kernels share; the loader puts it in front of every source. Only builtins: no header is included, so that a
// machine without the CUDA toolkit compiles it.
//
// A kernel has one parameter, a struct by value, and blocks of THREADS threads in one dimension. Grids follow from
// sizes alone and sums are combined in a fixed order, so that the same call gives the same bits. Pointers of maps may
// be equal where they run element for element, so none is "restrict".

typedef long long i64;
typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;
typedef unsigned char boolean;  // a byte of 1 or 0, a type of its own only by the entries' names

#define THREADS 256
#define WARP 32
#define FN __device__ __forceinline__

#ifndef KERNEL
#define KERNEL(name, Args) extern "C" __global__ void __launch_bounds__(THREADS) name(const __grid_constant__ Args a)
#endif

#define MINUS_INFINITY __int_as_float(0xff800000)
#define INFINITE __int_as_float(0x7f800000)
#define NOT_A_NUMBER __int_as_float(0x7fffffff)

// ---- grid-stride loops ----

FN i64 first() {
  return (i64)blockIdx.x * THREADS + threadIdx.x;
}

FN i64 step() {
  return (i64)gridDim.x * THREADS;
}

template <class T> FN T least(T a, T b) {
  return a < b ? a : b;
}

template <class T> FN T most(T a, T b) {
  return a > b ? a : b;
}

// ---- vectors of V floats ----

template <int V> struct Floats {
  float v[V];
};

// Whether all are fit for loads of 16 bytes; null pointers are.
FN bool wide(const void* a, const void* b = 0, const void* c = 0, const void* d = 0, const void* e = 0) {
  return (((u64)a | (u64)b | (u64)c | (u64)d | (u64)e) & 15) == 0;
}

template <int V> FN Floats<V> load(const float* p) {
  Floats<V> r;
#pragma unroll
  for (int j = 0; j < V; j++) {
    r.v[j] = p[j];
  }
  return r;
}

template <> FN Floats<4> load<4>(const float* p) {
  float4 f = *(const float4*)p;
  Floats<4> r = {{f.x, f.y, f.z, f.w}};
  return r;
}

template <int V> FN void store(float* p, const Floats<V>& x) {
#pragma unroll
  for (int j = 0; j < V; j++) {
    p[j] = x.v[j];
  }
}

template <> FN void store<4>(float* p, const Floats<4>& x) {
  float4 f;
  f.x = x.v[0];
  f.y = x.v[1];
  f.z = x.v[2];
  f.w = x.v[3];
  *(float4*)p = f;
}

// The first of four that are not all there or not aligned.
FN Floats<4> some(const float* p, i64 n) {
  Floats<4> r;
#pragma unroll
  for (int j = 0; j < 4; j++) {
    r.v[j] = j < n ? p[j] : 0.f;
  }
  return r;
}

FN void put(float* p, const Floats<4>& x, bool whole, i64 n) {
  if (whole) {
    store<4>(p, x);
  } else {
#pragma unroll
    for (int j = 0; j < 4; j++) {
      if (j < n) {
        p[j] = x.v[j];
      }
    }
  }
}

// ---- sums over a warp or over the block, the same in every thread ----

FN double warpSum(double v) {
#pragma unroll
  for (int lane = WARP / 2; lane > 0; lane /= 2) {
    v += __shfl_xor_sync(0xffffffffu, v, lane);
  }
  return v;
}

FN float warpMax(float v) {
#pragma unroll
  for (int lane = WARP / 2; lane > 0; lane /= 2) {
    v = most(v, __shfl_xor_sync(0xffffffffu, v, lane));
  }
  return v;
}

// SIZE is WARP or THREADS; every thread of the block must come here.
template <int SIZE> FN double groupSum(double v) {
  v = warpSum(v);
  if (SIZE == WARP) {
    return v;
  }
  __shared__ double sums[THREADS / WARP];
  __syncthreads();
  if (threadIdx.x % WARP == 0) {
    sums[threadIdx.x / WARP] = v;
  }
  __syncthreads();
  double total = 0;
#pragma unroll
  for (int w = 0; w < THREADS / WARP; w++) {
    total += sums[w];
  }
  return total;
}

template <int SIZE> FN float groupMax(float v) {
  v = warpMax(v);
  if (SIZE == WARP) {
    return v;
  }
  __shared__ float largest[THREADS / WARP];
  __syncthreads();
  if (threadIdx.x % WARP == 0) {
    largest[threadIdx.x / WARP] = v;
  }
  __syncthreads();
#pragma unroll
  for (int w = 0; w < THREADS / WARP; w++) {
    v = most(v, largest[w]);
  }
  return v;
}

FN bool finite(float v) {
  return fabsf(v) < INFINITE;
}

// What is taken off before a sum of squares, so that nothing cancels: a value from among them, if it is a number.
FN float shiftOf(float v) {
  return finite(v) ? v : 0.f;
}

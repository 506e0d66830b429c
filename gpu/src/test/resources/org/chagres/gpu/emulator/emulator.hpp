// Runs CUDA C++ kernels on the CPU, for tests: what a source needs of CUDA's builtins, and a scheduler that runs a
// block's threads as fibers, so that barriers and shuffles are what they are on a device. Blocks run one after another,
// so shared memory is static. One launch at a time: the caller sees to it.
//
// A thread runs until it waits; a kernel without barriers costs a call a thread and no switch of stacks that matters.
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
#define __grid_constant__
#define __expf expf
#define __logf logf

struct uint2 {
  unsigned x, y;
};
struct uint3 {
  unsigned x, y, z;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

namespace emulator {

const int kWarp = 32;
const int kMostThreads = 1024;
const size_t kStack = 1 << 16;

enum State { kReady, kAtBarrier, kAtExchange, kDone };

struct Thread {
  uint3 index;
  State state;
  bool started;
  long exchanges;    // so many exchanges of its warp it has come to
  unsigned partners;  // those it waits for
  int stack;         // its place among the stacks; -1 for none
  void* context;
};

// What the threads of a warp hand each other: two rounds, since a fast thread may be one ahead of those that still
// read.
struct Warp {
  uint64_t slots[2][kWarp];
};

static Thread threads[kMostThreads];
static Warp warps[kMostThreads / kWarp];
static char* stacks[kMostThreads];
static int freeStacks[kMostThreads];
static int freeCount;
static Thread* current;
static int count;
static uint3 block, blocks, size;
static void (*kernel)(const void*);
static const void* arguments;
static void* scheduler;
static char problem[256];
static bool backwards;  // order of blocks and threads, another one at each launch, so that what depends on it shows

#if defined(__x86_64__)
extern "C" void emulator_switch(void** from, void* to) __attribute__((visibility("hidden")));
asm(".text\n"
    ".globl emulator_switch\n"
    ".hidden emulator_switch\n"
    ".type emulator_switch,@function\n"
    "emulator_switch:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp,(%rdi)\n"
    "  movq %rsi,%rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n"
    ".size emulator_switch,.-emulator_switch\n");

static void* prepare(char* stack, void (*run)()) {
  // As if `run` had been called: its return address, which it never uses, and under it what a switch takes off.
  void** top = (void**)(stack + kStack) - 1;
  *top = 0;
  *--top = (void*)run;
  for (int i = 0; i < 6; i++) {
    *--top = 0;
  }
  return top;
}
#else
static void emulator_switch(void** from, void* to) {
  ucontext_t here;
  *from = &here;
  swapcontext(&here, (ucontext_t*)to);
}

static void* prepare(char* stack, void (*run)()) {
  ucontext_t* c = (ucontext_t*)stack;
  getcontext(c);
  c->uc_stack.ss_sp = stack + sizeof(ucontext_t);
  c->uc_stack.ss_size = kStack - sizeof(ucontext_t);
  c->uc_link = 0;
  makecontext(c, run, 0);
  return c;
}
#endif

static void toScheduler() {
  emulator_switch(&current->context, scheduler);
}

static void runThread() {
  kernel(arguments);
  current->state = kDone;
  toScheduler();
  abort();
}

static void resume(Thread* t) {
  current = t;
  if (!t->started) {
    t->started = true;
    t->stack = freeStacks[--freeCount];
    if (!stacks[t->stack]) {
      stacks[t->stack] = (char*)aligned_alloc(64, kStack);
    }
    t->context = prepare(stacks[t->stack], runThread);
  }
  t->state = kReady;
  emulator_switch(&scheduler, t->context);
  if (t->state == kDone) {
    freeStacks[freeCount++] = t->stack;
  }
}

// Whether all whom a thread exchanges with have come as far.
static bool met(const Thread* t) {
  const Thread* warp = threads + (t - threads) / kWarp * kWarp;
  for (int lane = 0; lane < kWarp; lane++) {
    if ((t->partners >> lane & 1) && warp[lane].exchanges < t->exchanges) {
      return false;
    }
  }
  return true;
}

static bool stuck() {
  for (int i = 0; i < count; i++) {
    Thread* t = threads + i;
    if (t->state == kAtExchange || t->state == kAtBarrier) {
      snprintf(problem, sizeof problem,
               "thread %d of block (%u, %u) waits for ever: %s", i, block.x, block.y,
               t->state == kAtBarrier ? "others of its block wait elsewhere than at __syncthreads"
                                      : "a thread that its mask names has ended or waits elsewhere");
      return true;
    }
  }
  return false;
}

// Runs a block; false if it gets stuck.
static bool runBlock() {
  freeCount = 0;
  for (int i = count - 1; i >= 0; i--) {
    freeStacks[freeCount++] = i;
    unsigned x = i % size.x, y = i / size.x % size.y, z = i / size.x / size.y;
    threads[i] = Thread{{x, y, z}, kReady, false, 0, 0, -1, 0};
  }
  for (;;) {
    bool moved = false;
    int waiting = 0;
    int done = 0;
    int all = (count + kWarp - 1) / kWarp;
    for (int w = 0; w < all; w++) {
      int first = (backwards ? all - 1 - w : w) * kWarp;
      int end = first + kWarp < count ? first + kWarp : count;
      for (bool again = true; again;) {
        again = false;
        for (int i = first; i < end; i++) {
          Thread* t = threads + (backwards ? first + end - 1 - i : i);
          if (t->state == kReady || (t->state == kAtExchange && met(t))) {
            resume(t);
            again = moved = true;
          }
        }
      }
      for (int i = first; i < end; i++) {
        waiting += threads[i].state == kAtBarrier;
        done += threads[i].state == kDone;
      }
    }
    if (done == count) {
      return true;
    }
    if (waiting + done == count) {
      for (int i = 0; i < count; i++) {
        if (threads[i].state == kAtBarrier) {
          threads[i].state = kReady;
        }
      }
    } else if (!moved) {
      return !stuck();
    }
  }
}

static void barrier() {
  current->state = kAtBarrier;
  toScheduler();
}

// Hands a value to the warp and returns the one of another lane.
static uint64_t exchange(unsigned mask, uint64_t value, int lane) {
  int own = (int)(current - threads) % kWarp;
  Warp* warp = warps + (current - threads) / kWarp;
  current->exchanges++;
  current->partners = mask;
  int round = (int)(current->exchanges & 1);
  warp->slots[round][own] = value;
  if (!met(current)) {
    current->state = kAtExchange;
    toScheduler();
  }
  return warp->slots[round][lane];
}

template <class T> T exchanged(unsigned mask, T value, int lane) {
  static_assert(sizeof(T) <= 8, "up to eight bytes");
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof(T));
  bits = exchange(mask, bits, lane);
  memcpy(&value, &bits, sizeof(T));
  return value;
}

static int lane() {
  return (int)(current - threads) % kWarp;
}

}  // namespace emulator

#define threadIdx (emulator::current->index)
#define blockIdx (emulator::block)
#define gridDim (emulator::blocks)
#define blockDim (emulator::size)

static inline void __syncthreads() {
  emulator::barrier();
}

static inline void __syncwarp(unsigned mask = 0xffffffffu) {
  emulator::exchange(mask, 0, 0);
}

template <class T> T __shfl_sync(unsigned mask, T v, int from) {
  return emulator::exchanged(mask, v, from & 31);
}

template <class T> T __shfl_xor_sync(unsigned mask, T v, int with) {
  return emulator::exchanged(mask, v, emulator::lane() ^ with);
}

template <class T> T __shfl_down_sync(unsigned mask, T v, int by) {
  int from = emulator::lane() + by;
  return emulator::exchanged(mask, v, from < 32 ? from : emulator::lane());
}

template <class T> T __shfl_up_sync(unsigned mask, T v, int by) {
  int from = emulator::lane() - by;
  return emulator::exchanged(mask, v, from >= 0 ? from : emulator::lane());
}

template <class To, class From> To emulator_bits(From v) {
  To r;
  memcpy(&r, &v, sizeof r);
  return r;
}

static inline float __int_as_float(int v) { return emulator_bits<float>(v); }
static inline float __uint_as_float(unsigned v) { return emulator_bits<float>(v); }
static inline int __float_as_int(float v) { return emulator_bits<int>(v); }
static inline unsigned __float_as_uint(float v) { return emulator_bits<unsigned>(v); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float a) { return sqrtf(a); }
static inline float rsqrtf(float a) { return 1.f / sqrtf(a); }
template <class T> T __ldg(const T* p) { return *p; }

// A kernel is a function of its arguments' address; beside it stands how many bytes they have.
#define KERNEL(name, Args)                                                      \
  static void name##_body(const Args& a);                                       \
  extern "C" void name(const void* a) { name##_body(*(const Args*)a); }         \
  extern "C" unsigned name##_bytes() { return (unsigned)sizeof(Args); }         \
  static void name##_body(const Args& a)

// Runs a kernel over a grid; null, or what went wrong.
extern "C" const char* emulator_launch(void (*kernel)(const void*), const unsigned* grid, const unsigned* block,
                                       const void* arguments) {
  emulator::kernel = kernel;
  emulator::arguments = arguments;
  emulator::blocks = uint3{grid[0], grid[1], grid[2]};
  emulator::size = uint3{block[0], block[1], block[2]};
  emulator::count = (int)(block[0] * block[1] * block[2]);
  if (emulator::count < 1 || emulator::count > emulator::kMostThreads || grid[0] < 1 || grid[1] < 1 || grid[2] < 1) {
    return "invalid configuration argument";
  }
  emulator::backwards = !emulator::backwards;
  uint64_t all = (uint64_t)grid[0] * grid[1] * grid[2];
  for (uint64_t i = 0; i < all; i++) {
    uint64_t b = emulator::backwards ? all - 1 - i : i;
    uint64_t row = b / grid[0];
    emulator::block = uint3{(unsigned)(b % grid[0]), (unsigned)(row % grid[1]), (unsigned)(row / grid[1])};
    if (!emulator::runBlock()) {
      return emulator::problem;
    }
  }
  return 0;
}

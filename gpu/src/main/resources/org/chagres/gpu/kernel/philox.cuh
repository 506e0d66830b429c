// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Element i of a
// stream has word i % 4 of counter offset + i / 4: the numbers that the CPU draws.

// Where a stream stands: two words on the device, seed and offset, if it is to move between replays of a graph; else by
// value.
struct Place {
  u64 seed;
  u64 offset;
  const u64* moving;  // or null
};

struct Key {
  u64 seed;
  u64 offset;
};

FN Key keyOf(const Place& p) {
  Key k = {p.moving ? p.moving[0] : p.seed, p.moving ? p.moving[1] : p.offset};
  return k;
}

struct Words {
  u32 w[4];
};

FN Words philox(u64 seed, u64 subsequence, u64 counter) {
  u32 c0 = (u32)counter;
  u32 c1 = (u32)(counter >> 32);
  u32 c2 = (u32)subsequence;
  u32 c3 = (u32)(subsequence >> 32);
  u32 k0 = (u32)seed;
  u32 k1 = (u32)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    u32 high0 = __umulhi(0xD2511F53u, c0);
    u32 low0 = 0xD2511F53u * c0;
    u32 high1 = __umulhi(0xCD9E8D57u, c2);
    u32 low1 = 0xCD9E8D57u * c2;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  Words r = {{c0, c1, c2, c3}};
  return r;
}

// What dropout needs: an element stays where its word's upper 24 bits are at least the threshold, p · 2^24 rounded up.
struct Drop {
  Place at;
  u32 threshold;
  float scale;
};

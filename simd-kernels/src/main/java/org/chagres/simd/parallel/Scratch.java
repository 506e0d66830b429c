package org.chagres.simd.parallel;

import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;

/** The scratch memory of one job at a time: a local part per lane and a shared one; both only grow. */
final class Scratch {
  /** Two cache lines between lanes, as processors fetch lines in pairs. */
  private static final long STEP = 128;

  /** More than the pool ever gives, and so little that the sum over all lanes is a number yet. */
  private static final long MOST = 1L << 47;

  private final int lanes;
  private Part local = Part.NONE;
  private Part shared = Part.NONE;

  Scratch(int lanes) {
    this.lanes = lanes;
  }

  /** Makes room for a job; the addresses hold until the next call. */
  void fit(Job job) {
    long localBytes = job.localBytes();
    if (localBytes > local.stride) {
      freeLocal();
      long stride = -(-Math.min(localBytes, MOST) & -STEP);
      local = Part.allocate(stride, lanes, "scratch of workers");
    }
    long sharedBytes = job.sharedBytes();
    if (sharedBytes > shared.stride) {
      freeShared();
      shared = Part.allocate(sharedBytes, 1, "scratch of a job");
    }
  }

  /** The address of a lane's local part. */
  long local(int lane) {
    return local.address + lane * local.stride;
  }

  /** The address of the shared part. */
  long shared() {
    return shared.address;
  }

  void free() {
    freeLocal();
    freeShared();
  }

  // What is too small is freed before the larger one is allocated, so that both need not exist at once; and
  // forgotten before that, as the allocation may fail.
  private void freeLocal() {
    Part old = local;
    local = Part.NONE;
    old.free();
  }

  private void freeShared() {
    Part old = shared;
    shared = Part.NONE;
    old.free();
  }

  private record Part(Block block, long address, long stride) {
    static final Part NONE = new Part(null, 0, 0);

    static Part allocate(long stride, int count, String maker) {
      Block b = MemoryPool.system().allocate(stride * count, maker);
      return new Part(b, b.address(), stride);
    }

    void free() {
      if (block != null) {
        block.free();
      }
    }
  }
}

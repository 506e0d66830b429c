package org.chagres.simd.parallel;

import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;

/** The scratch memory of one job at a time: a local part per lane and a shared one; both only grow. */
final class Scratch {
  /** Two cache lines between lanes, as processors fetch lines in pairs. */
  private static final long STEP = 128;

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
      long stride = -(-localBytes & -STEP);
      local = local.grow(stride, Math.multiplyExact(stride, (long) lanes), "scratch of workers");
    }
    long sharedBytes = job.sharedBytes();
    if (sharedBytes > shared.stride) {
      shared = shared.grow(sharedBytes, sharedBytes, "scratch of a job");
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
    local.free();
    shared.free();
    local = Part.NONE;
    shared = Part.NONE;
  }

  private record Part(Block block, long address, long stride) {
    static final Part NONE = new Part(null, 0, 0);

    /** Frees before it allocates, so that both need not exist at once. */
    Part grow(long newStride, long bytes, String maker) {
      free();
      Block b = MemoryPool.system().allocate(bytes, maker);
      return new Part(b, b.address(), newStride);
    }

    void free() {
      if (block != null) {
        block.free();
      }
    }
  }
}

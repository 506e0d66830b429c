package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.DeviceMemory;
import org.chagres.nn.backend.MemoryOps;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.Stats;

/** Host memory: the process's pool. Uploads and downloads are plain copies. */
final class CpuMemory implements MemoryOps {

  private final MemoryPool pool = MemoryPool.system();

  @Override
  public DeviceMemory allocate(long bytes, Object maker) {
    return new PoolBlock(pool.allocate(bytes, maker));
  }

  /** The pool's block under the contract's name. */
  private record PoolBlock(Block block) implements DeviceMemory {

    @Override
    public MemorySegment segment() {
      return block.segment();
    }

    @Override
    public void free() {
      block.free();
    }

    @Override
    public void reclaimWhenUnreachable(Object owner) {
      block.reclaimWhenUnreachable(owner);
    }
  }

  @Override
  public Stats stats() {
    return pool.stats();
  }

  @Override
  public void limit(long bytes) {
    pool.setLimit(bytes);
  }

  @Override
  public void zero(MemorySegment target, long bytes) {
    MemorySegment part = target.asSlice(0, bytes);
    run(() -> part.fill((byte) 0));
  }

  @Override
  public void copy(MemorySegment from, MemorySegment to, long bytes) {
    run(() -> MemorySegment.copy(from, 0, to, 0, bytes));
  }

  private static void run(Runnable call) {
    call.run();
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      recorder.call(call);
    }
  }

  @Override
  public void upload(MemorySegment host, MemorySegment device, long bytes) {
    copy(host, device, bytes);
  }

  @Override
  public void download(MemorySegment device, MemorySegment host, long bytes) {
    copy(device, host, bytes);
  }
}

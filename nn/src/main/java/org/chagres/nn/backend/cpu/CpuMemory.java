package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.MemoryOps;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;

/** Host memory: the process's pool. Uploads and downloads are plain copies. */
final class CpuMemory implements MemoryOps {

  private final MemoryPool pool = MemoryPool.system();

  @Override
  public Block allocate(long bytes, Object maker) {
    return pool.allocate(bytes, maker);
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

package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.OutOfDeviceMemoryException;
import org.chagres.gpu.memory.PoolStatistics;
import org.chagres.nn.backend.DeviceMemory;
import org.chagres.nn.backend.MemoryOps;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.memory.Stats;

/** Memory of a GPU: the pool of its stream. Uploads and downloads wait for the copy. */
final class CudaMemory implements MemoryOps {

  /** How often memory of tensors that became unreachable is waited for before an allocation fails, and how long. */
  private static final int TRIES = 5;
  private static final long PAUSE_MILLIS = 20;

  private final CudaQueue queue;
  private final DevicePool pool;
  private final CudaLive live;

  CudaMemory(CudaQueue queue) {
    this.queue = queue;
    this.pool = queue.pool();
    this.live = queue.live();
  }

  @Override
  public DeviceMemory allocate(long bytes, Object maker) {
    for (int left = TRIES;; left--) {
      try {
        CudaBlock block = new CudaBlock(pool.allocate(bytes), maker, live);
        live.add(block);
        return block;
      } catch (OutOfDeviceMemoryException e) {
        if (left == 0) {
          throw live.outOfMemory(bytes + " bytes for " + maker, e);
        }
        collect();
      }
    }
  }

  /** Tensors that nobody can reach may still hold memory. */
  private static void collect() {
    System.gc();
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Stats stats() {
    PoolStatistics s = pool.statistics();
    return new Stats(s.live(), s.peak(), s.pooled(), s.reserved(), live.size(), s.calls(), false);
  }

  @Override
  public void limit(long bytes) {
    pool.limit(bytes);
  }

  @Override
  public void zero(MemorySegment target, long bytes) {
    MemorySegment part = target.asSlice(0, bytes);
    queue.run(() -> Copies.fill(part, (byte) 0, queue.stream()));
  }

  @Override
  public void copy(MemorySegment from, MemorySegment to, long bytes) {
    MemorySegment source = from.asSlice(0, bytes);
    MemorySegment target = to.asSlice(0, bytes);
    queue.run(() -> Copies.copy(target, source, queue.stream()));
  }

  @Override
  public void upload(MemorySegment host, MemorySegment device, long bytes) {
    Recorder.refuse("it copies from the host to " + queue + "; hand it to the step as an input that lies there");
    Recorder.queued();
    Copies.upload(device.asSlice(0, bytes), host.asSlice(0, bytes), queue.stream());
  }

  @Override
  public void download(MemorySegment device, MemorySegment host, long bytes) {
    Recorder.refuse("it copies from " + queue + " to the host; return the tensor from the step and copy it then");
    Recorder.queued();
    Copies.download(host.asSlice(0, bytes), device.asSlice(0, bytes), queue.stream());
  }
}

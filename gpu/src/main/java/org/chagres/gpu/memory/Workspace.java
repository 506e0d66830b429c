package org.chagres.gpu.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.chagres.gpu.CudaResource;

/**
 * Memory for what one call leaves between its kernels, one for each stream: the next call on the stream gets the same,
 * as it is queued behind. It grows to the most that was asked for.
 */
public final class Workspace extends CudaResource {

  private static final long FIRST = 1 << 20;

  private final DevicePool pool;
  /** The last is in use; those before are in graphs that were recorded with them. */
  private final List<DeviceBlock> blocks = new ArrayList<>();
  private MemorySegment memory = MemorySegment.NULL;

  private Workspace(DevicePool pool) {
    super(pool.device(), "the workspace of " + pool.stream());
    this.pool = pool;
  }

  /** For the stream of a pool. */
  public static Workspace of(DevicePool pool) {
    return pool.device().call(() -> {
      Workspace workspace = new Workspace(pool);
      workspace.opened();
      return workspace;
    });
  }

  /** Its pool, and so its stream. */
  public DevicePool pool() {
    return pool;
  }

  /**
   * So many bytes or more, at a multiple of 256; on the device's thread.
   *
   * @throws IllegalStateException if it would have to grow while a graph is being recorded
   */
  public MemorySegment take(long bytes) {
    if (bytes > memory.byteSize()) {
      grow(bytes);
    }
    return memory;
  }

  private void grow(long bytes) {
    requireOpen();
    if (device().isCapturing()) {
      device().refuseInCapture("growing " + this + " to " + bytes + " bytes");
    }
    long size = Math.max(bytes, Math.max(FIRST, Math.min(2 * memory.byteSize(), memory.byteSize() + (64L << 20))));
    if (!blocks.isEmpty() && !pool.stream().hasCaptured()) {
      memory = MemorySegment.NULL;
      blocks.removeLast().close();
    }
    blocks.add(pool.allocate(size));
    memory = blocks.getLast().segment();
  }

  /** Bytes it has now. */
  public long bytes() {
    return device().call(() -> memory.byteSize());
  }

  @Override
  protected void release() {
    memory = MemorySegment.NULL;
    blocks.forEach(DeviceBlock::close);
    blocks.clear();
  }
}

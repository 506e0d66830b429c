package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.nn.backend.DeviceMemory;

/** A block of a GPU's memory and who made it. */
final class CudaBlock implements DeviceMemory {

  private static final Cleaner CLEANER = Cleaner.create();

  private final DeviceBlock block;
  private final Object maker;
  private final CudaLive live;
  private final AtomicBoolean freed = new AtomicBoolean();
  private volatile Cleaner.Cleanable net;

  CudaBlock(DeviceBlock block, Object maker, CudaLive live) {
    this.block = block;
    this.maker = maker;
    this.live = live;
  }

  @Override
  public MemorySegment segment() {
    return block.segment();
  }

  long bytes() {
    return block.bytes();
  }

  @Override
  public void free() {
    if (!release()) {
      throw new IllegalStateException("freed twice: " + this);
    }
    Cleaner.Cleanable n = net;
    if (n != null) {
      n.clean();
    }
  }

  @Override
  public void reclaimWhenUnreachable(Object owner) {
    net = CLEANER.register(owner, this::release);
  }

  /** Frees it if it is live; returns whether it was. */
  private boolean release() {
    boolean mine = freed.compareAndSet(false, true);
    if (mine) {
      live.remove(this);
      block.close();
    }
    return mine;
  }

  @Override
  public String toString() {
    return bytes() + " bytes made by " + maker;
  }
}

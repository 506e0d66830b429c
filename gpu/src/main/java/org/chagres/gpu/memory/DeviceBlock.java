package org.chagres.gpu.memory;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.CudaDevice;

/**
 * A block of a device's memory, until it is closed. Then it goes back to its pool, for whoever asks next; what was
 * queued on the pool's stream before still finds it, other streams have to be done with it.
 */
public final class DeviceBlock implements AutoCloseable {

  private final DevicePool pool;
  private final Chunk chunk;
  private final MemorySegment segment;
  /** Touched on the device's thread. */
  private boolean freed;

  DeviceBlock(DevicePool pool, Chunk chunk, MemorySegment segment) {
    this.pool = pool;
    this.chunk = chunk;
    this.segment = segment;
  }

  /**
   * The memory, as long as asked for; the address is a multiple of 256.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public MemorySegment segment() {
    if (freed) {
      throw new IllegalStateException(this + " is used after it was freed");
    }
    return segment;
  }

  /** Its device. */
  public CudaDevice device() {
    return pool.device();
  }

  /** Its bytes, as asked for. */
  public long bytes() {
    return segment.byteSize();
  }

  /**
   * Gives it back, from any thread; once.
   *
   * @throws IllegalStateException if it was given back before
   */
  @Override
  public void close() {
    pool.free(this);
  }

  /** Its memory, given back: on the device's thread. */
  Chunk take() {
    if (freed) {
      throw new IllegalStateException(this + " is freed twice");
    }
    freed = true;
    return chunk;
  }

  @Override
  public String toString() {
    return "a block of " + bytes() + " bytes of " + pool;
  }
}

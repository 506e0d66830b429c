package org.chagres.gpu.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.chagres.gpu.CudaEvent;
import org.chagres.gpu.CudaResource;
import org.chagres.gpu.CudaStream;

/**
 * A place on the device for a batch of the loader, filled on a copying stream while another computes. The turns, of
 * which none waits on the host:
 * <ol>
 * <li>{@link #fill}: the copying stream waits until the last reader is done, and copies
 * <li>{@link #read}: the computing stream waits for the copy
 * <li>{@link #release}: the computing stream has queued all that reads it
 * </ol>
 * The host's slot is free again when {@link PinnedMemory#copied} has happened.
 */
public final class UploadSlot extends CudaResource {

  private final CudaStream copying;
  private final DeviceBlock block;
  private final CudaEvent filled;
  private final CudaEvent released;

  private UploadSlot(CudaStream copying, DeviceBlock block, CudaEvent filled, CudaEvent released) {
    super(copying.device(), "an upload slot of " + block.bytes() + " bytes of " + copying.device());
    this.copying = copying;
    this.block = block;
    this.filled = filled;
    this.released = released;
  }

  /** A slot of memory of a pool, to be filled on a stream other than the pool's. */
  public static UploadSlot of(DevicePool pool, CudaStream copying, long bytes) {
    return pool.device().call(() -> {
      List<AutoCloseable> made = new ArrayList<>();
      try {
        DeviceBlock block = pool.allocate(bytes);
        made.add(block);
        CudaEvent filled = pool.device().newEvent();
        made.add(filled);
        CudaEvent released = pool.device().newEvent();
        made.add(released);
        // Whoever had the memory before is in the pool's stream.
        pool.stream().record(released);
        UploadSlot slot = new UploadSlot(copying, block, filled, released);
        slot.opened();
        return slot;
      } catch (RuntimeException | Error e) {
        made.forEach(UploadSlot::closeQuietly);
        throw e;
      }
    });
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      // What went wrong before is what is told.
    }
  }

  /** Queues a copy of the beginning of a host's slot. */
  public void fill(PinnedMemory from, long bytes) {
    device().run(() -> {
      requireOpen();
      copying.await(released);
      from.upload(block.segment().asSlice(0, bytes), copying);
      copying.record(filled);
    });
  }

  /** What was filled in last, for what is queued on a stream from now on. */
  public MemorySegment read(CudaStream stream) {
    return device().call(() -> {
      requireOpen();
      stream.await(filled);
      return block.segment();
    });
  }

  /** All that reads it is queued on a stream. */
  public void release(CudaStream stream) {
    device().run(() -> {
      requireOpen();
      stream.record(released);
    });
  }

  @Override
  protected void release() {
    try {
      filled.synchronize();
    } finally {
      filled.close();
      released.close();
      block.close();
    }
  }
}

package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;

/**
 * Copies to a device that go on beside what it computes: the way of a loader's batches. Nothing here waits on the host but where it
 * says so, and no device memory is read before it is filled or filled before it was read.
 */
public interface UploadOps {

  /**
   * Locks memory of the host so that the device copies from it by itself.
   *
   * @param host off the heap, from one page to another; it outlives what is returned
   */
  Pinned pin(MemorySegment host);

  /** A place on the device, of so many bytes. */
  Landing landing(long bytes);

  /** Memory of the host that the device copies from. */
  interface Pinned extends AutoCloseable {

    /** Whether the last copy is done, so that the memory may be written anew. */
    boolean isCopied();

    /** Waits until it {@link #isCopied}. */
    void awaitCopied();

    /** Unlocks it once it is copied; the memory stays. */
    @Override
    void close();
  }

  /** Memory of the device that is filled again and again. */
  interface Landing extends AutoCloseable {

    /** Queues a copy of the first bytes of the host's memory, for when all is done that read the copy before. */
    void fill(Pinned from, long bytes);

    /** The memory; what is queued from now on finds the last copy in it. */
    MemorySegment read();

    /** All that reads the last copy has been queued. */
    void release();

    /** Gives it back once it is filled and read. */
    @Override
    void close();
  }
}

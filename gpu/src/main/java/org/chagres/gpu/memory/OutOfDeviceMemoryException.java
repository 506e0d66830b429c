package org.chagres.gpu.memory;

import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaException;

/** A device has not as much memory as was asked for, or the pool may not take as much. */
public final class OutOfDeviceMemoryException extends CudaException {
  private static final long serialVersionUID = 1L;

  private final long bytes;
  private final transient PoolStatistics statistics;

  OutOfDeviceMemoryException(String call, long bytes, PoolStatistics statistics, String detail) {
    super(call, Cudart.cudaErrorMemoryAllocation(), detail + "; the pool: " + statistics);
    this.bytes = bytes;
    this.statistics = statistics;
  }

  /** What was asked for. */
  public long bytes() {
    return bytes;
  }

  /** What the pool held then. */
  public PoolStatistics statistics() {
    return statistics;
  }
}

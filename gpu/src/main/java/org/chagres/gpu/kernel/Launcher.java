package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** A stream of a device, as kernels see it. */
public interface Launcher {

  /**
   * Queues a kernel with blocks of {@link Kernel#THREADS} threads and no dynamic shared memory.
   *
   * @param kernel which; compiled and loaded at its first launch
   * @param gridX blocks, 1 or more
   * @param gridY blocks, 1 to 65535
   * @param arguments its one parameter; read before this returns
   */
  void launch(Kernel kernel, int gridX, int gridY, Arguments arguments);

  /**
   * Device memory for what one call leaves between its kernels; the next call gets the same.
   *
   * @param bytes least size; the address is a multiple of 256
   */
  MemorySegment scratch(long bytes);
}

package org.chagres.simd.memory;

/** Where a pool's memory comes from. What was mapped stays mapped until the process ends. */
interface PageSource {

  /**
   * Maps memory, its contents undefined.
   *
   * @param bytes a multiple of {@link RangeHeap#HUGE}
   * @return the address, aligned to a page at least, or 0 if the system refuses
   */
  long map(long bytes);

  /** Hands the physical memory of whole huge pages back; the addresses stay valid. False if this source cannot. */
  boolean release(long address, long bytes);

  /** Whether the system agreed to back the memory by huge pages. */
  boolean hugePages();

  /** How many calls of the system were made so far. */
  long calls();

  /** The source of this machine. */
  static PageSource ofSystem() {
    return LinuxPages.isSupported() ? new LinuxPages() : new PlainPages();
  }
}

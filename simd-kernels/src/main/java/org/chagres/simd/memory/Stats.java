package org.chagres.simd.memory;

/**
 * What a pool holds at one moment. Bytes are counted as handed out, in multiples of 64, so
 * {@code reservedBytes == liveBytes + pooledBytes} always.
 *
 * @param liveBytes in blocks that are not freed yet
 * @param peakLiveBytes the most there ever was of them, or since {@link MemoryPool#resetPeak}
 * @param pooledBytes free, and kept for the next allocation
 * @param reservedBytes taken from the operating system and not handed back
 * @param liveBlocks how many blocks are not freed yet
 * @param systemCalls how many calls of the operating system the pool has made so far
 * @param hugePages whether the memory is advised to lie in huge pages
 */
public record Stats(
    long liveBytes,
    long peakLiveBytes,
    long pooledBytes,
    long reservedBytes,
    int liveBlocks,
    long systemCalls,
    boolean hugePages) {}

package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.util.Set;

/** A device: what it has of memory and whether it still works. */
final class FakeDevice {

  /** After one of these, every call fails until the process ends. */
  private static final Set<Integer> STICKY =
      Set.of(cudaErrorECCUncorrectable(), cudaErrorIllegalAddress(), cudaErrorLaunchTimeout(), cudaErrorAssert(),
          cudaErrorHardwareStackError(), cudaErrorIllegalInstruction(), cudaErrorMisalignedAddress(),
          cudaErrorInvalidAddressSpace(), cudaErrorInvalidPc(), cudaErrorLaunchFailure());

  private final int index;
  private final long memory;
  private final FakeStream nullStream;
  private int broken;

  /** Of cudaMalloc. */
  private long plain;

  private long used;
  private long usedHigh;
  private long reserved;
  private long reservedHigh;
  private long threshold;

  FakeDevice(int index, long memory) {
    this.index = index;
    this.memory = memory;
    this.nullStream = new FakeStream(this, false);
  }

  int index() {
    return index;
  }

  FakeStream nullStream() {
    return nullStream;
  }

  /** The error that broke it, or 0. */
  int broken() {
    return broken;
  }

  void failedWith(int code) {
    if (broken == 0 && STICKY.contains(code)) {
      broken = code;
    }
  }

  long memory() {
    return memory;
  }

  long free() {
    return memory - plain - reserved;
  }

  void allocate(long bytes, boolean pooled) {
    // The pool gives its idle memory back before an allocation fails.
    if (bytes > memory - plain - used) {
      throw new Refusal(cudaErrorMemoryAllocation());
    }
    if (pooled) {
      used += bytes;
      usedHigh = Math.max(usedHigh, used);
      reserved = Math.max(reserved, used);
      reservedHigh = Math.max(reservedHigh, reserved);
    } else {
      plain += bytes;
      trim(Math.max(used, memory - plain));
    }
  }

  void release(long bytes, boolean pooled) {
    if (pooled) {
      used -= bytes;
    } else {
      plain -= bytes;
    }
  }

  /** At a synchronisation the pool keeps what its threshold allows. */
  void synchronised() {
    trim(threshold);
  }

  void trim(long keep) {
    reserved = Math.min(reserved, Math.max(used, keep));
  }

  long poolAttribute(int attribute) {
    if (attribute == cudaMemPoolAttrReleaseThreshold()) {
      return threshold;
    } else if (attribute == cudaMemPoolAttrReservedMemCurrent()) {
      return reserved;
    } else if (attribute == cudaMemPoolAttrReservedMemHigh()) {
      return reservedHigh;
    } else if (attribute == cudaMemPoolAttrUsedMemCurrent()) {
      return used;
    } else if (attribute == cudaMemPoolAttrUsedMemHigh()) {
      return usedHigh;
    }
    throw Refusal.value("a pool has no number " + attribute);
  }

  void setPoolAttribute(int attribute, long value) {
    if (attribute == cudaMemPoolAttrReleaseThreshold()) {
      // Unsigned: all ones keep everything.
      threshold = value < 0 ? Long.MAX_VALUE : value;
    } else if (value == 0 && attribute == cudaMemPoolAttrReservedMemHigh()) {
      reservedHigh = reserved;
    } else if (value == 0 && attribute == cudaMemPoolAttrUsedMemHigh()) {
      usedHigh = used;
    } else {
      throw Refusal.value("attribute " + attribute + " of a pool cannot become " + value);
    }
  }
}

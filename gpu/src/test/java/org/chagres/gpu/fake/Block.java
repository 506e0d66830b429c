package org.chagres.gpu.fake;

import java.lang.foreign.MemorySegment;

/** An allocation of device memory, or of pinned memory of the host. */
final class Block {

  /** What it is. */
  enum Kind {
    DEVICE("device memory"), POOLED("device memory of the pool"), PINNED("pinned memory"), REGISTERED(
        "registered memory");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    boolean isOfDevice() {
      return this == DEVICE || this == POOLED;
    }
  }

  private final Kind kind;
  private final FakeDevice device;
  private final MemorySegment memory;

  /** All work that touched it. */
  private final Clock uses = new Clock();

  Block(Kind kind, FakeDevice device, MemorySegment memory) {
    this.kind = kind;
    this.device = device;
    this.memory = memory;
  }

  Kind kind() {
    return kind;
  }

  FakeDevice device() {
    return device;
  }

  MemorySegment memory() {
    return memory;
  }

  long address() {
    return memory.address();
  }

  long bytes() {
    return memory.byteSize();
  }

  Clock uses() {
    return uses;
  }

  boolean holds(long address, long length) {
    return address >= address() && length <= bytes() - (address - address());
  }

  @Override
  public String toString() {
    return kind.title() + " of " + bytes() + " bytes at 0x" + Long.toHexString(address());
  }
}

package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.bindings.cudart.Cudart.cudaErrorIllegalAddress;
import static org.chagres.bindings.cudart.Cudart.cudaErrorInvalidValue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Memory that was given out, between guards. Fresh memory is full of NaNs; what was freed is kept for a while, marked,
 * so that use after freeing is seen and harms nothing.
 */
final class DeviceMemory {

  private static final int GUARD = 256;
  private static final byte GUARDED = 0x5C;
  private static final byte FRESH = (byte) 0xFF;
  private static final byte FREED = (byte) 0xFB;

  /** Bytes of freed memory that are kept. */
  private static final long KEPT = 64L << 20;

  private static final MethodHandle ALLOCATE =
      libc("aligned_alloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE = libc("free", FunctionDescriptor.ofVoid(ADDRESS));

  private final Journal journal;
  private final TreeMap<Long, Block> live = new TreeMap<>();
  private final TreeMap<Long, Block> freed = new TreeMap<>();
  private final ArrayDeque<Block> oldest = new ArrayDeque<>();
  private long kept;

  DeviceMemory(Journal journal) {
    this.journal = journal;
  }

  private static MethodHandle libc(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  Block allocate(Block.Kind kind, FakeDevice device, long bytes) {
    long padded = Math.addExact(bytes, 3 * GUARD - 1) / GUARD * GUARD;
    MemorySegment all;
    try {
      all = (MemorySegment) ALLOCATE.invokeExact((long) GUARD, padded);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (all.address() == 0) {
      throw new IllegalStateException("the test machine has no " + padded + " bytes left");
    }
    all.reinterpret(padded).fill(GUARDED);
    MemorySegment memory = MemorySegment.ofAddress(all.address() + GUARD).reinterpret(bytes).fill(FRESH);
    Block block = new Block(kind, device, memory);
    live.put(block.address(), block);
    return block;
  }

  /** Memory of the caller's. */
  Block register(FakeDevice device, MemorySegment memory) {
    Block block = new Block(Block.Kind.REGISTERED, device, memory);
    live.put(block.address(), block);
    return block;
  }

  void unregister(Block block) {
    live.remove(block.address());
  }

  /** The live allocation that begins at an address. */
  Block begin(long address) {
    Block block = live.get(address);
    if (block != null) {
      return block;
    }
    Block before = freed.get(address);
    throw Refusal.value(before != null ? before + " is freed twice"
        : find(live, address).map(b -> "0x" + Long.toHexString(address) + " is not where " + b + " begins")
            .orElse("nothing was allocated at 0x" + Long.toHexString(address)));
  }

  void free(Block block) {
    live.remove(block.address());
    if (!unharmed(block)) {
      journal.problem("memory beside " + block + " was written");
    }
    block.memory().fill(FREED);
    freed.put(block.address(), block);
    oldest.add(block);
    kept += block.bytes();
    while (kept > KEPT) {
      giveBack(oldest.remove());
    }
  }

  private void giveBack(Block block) {
    kept -= block.bytes();
    freed.remove(block.address());
    if (!unharmed(block) || !full(block.memory(), FREED)) {
      journal.problem(block + " was written after it was freed");
    }
    release(block);
  }

  private static void release(Block block) {
    try {
      FREE.invokeExact(MemorySegment.ofAddress(block.address() - GUARD));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean unharmed(Block block) {
    MemorySegment before = MemorySegment.ofAddress(block.address() - GUARD).reinterpret(GUARD);
    long end = block.address() + block.bytes();
    MemorySegment after = MemorySegment.ofAddress(end).reinterpret(GUARD - Math.floorMod(end, GUARD));
    return full(before, GUARDED) && full(after, GUARDED);
  }

  private static boolean full(MemorySegment memory, byte value) {
    // Compared with itself, shifted by a byte.
    long n = memory.byteSize();
    return n == 0 || memory.get(JAVA_BYTE, 0) == value && memory.asSlice(1).mismatch(memory.asSlice(0, n - 1)) < 0;
  }

  /** The block of which an address is part. */
  Optional<Block> find(long address) {
    return find(live, address);
  }

  private static Optional<Block> find(TreeMap<Long, Block> blocks, long address) {
    Map.Entry<Long, Block> entry = blocks.floorEntry(address);
    return entry == null ? Optional.empty() : Optional.of(entry.getValue()).filter(b -> b.holds(address, 1));
  }

  /** Device memory that work is to touch. */
  Block ofDevice(String what, MemorySegment pointer, long bytes) {
    long address = pointer.address();
    Optional<Block> block = find(address).filter(b -> b.kind().isOfDevice());
    if (block.isPresent() && block.get().holds(address, bytes)) {
      return block.get();
    }
    throw new Refusal(cudaErrorInvalidValue(), what + " of " + bytes + " bytes at 0x" + Long.toHexString(address)
        + block.map(b -> " goes beyond " + b).orElseGet(() -> wasFreed(address) ? " lies in freed memory"
            : " is no device memory"));
  }

  boolean wasFreed(long address) {
    return find(freed, address).isPresent();
  }

  /** Blocks whose addresses lie in an argument of a kernel, which may hold anything else as well. */
  List<Block> pointedAt(String kernel, MemorySegment argument) {
    var blocks = new ArrayList<Block>();
    for (long at = 0; at + 8 <= argument.byteSize(); at += 8) {
      long word = argument.get(JAVA_LONG.withByteAlignment(1), at);
      if (wasFreed(word)) {
        throw new Refusal(cudaErrorIllegalAddress(), kernel + " is given freed memory");
      }
      find(word).filter(b -> b.kind().isOfDevice()).ifPresent(blocks::add);
    }
    return blocks;
  }

  List<Block> all() {
    return List.copyOf(live.values());
  }

  /** Looks beside all that is live, and beside and into what was freed. */
  void check() {
    for (Block block : live.values()) {
      if (block.kind() != Block.Kind.REGISTERED && !unharmed(block)) {
        journal.problem("memory beside " + block + " was written");
      }
    }
    for (Block block : freed.values()) {
      if (!full(block.memory(), FREED)) {
        journal.problem(block + " was written after it was freed");
      }
    }
  }

  /** At the end; what is live still counts as a leak, but its memory goes. */
  void close() {
    while (!oldest.isEmpty()) {
      giveBack(oldest.remove());
    }
    for (Block block : live.values()) {
      if (block.kind() != Block.Kind.REGISTERED) {
        release(block);
      }
    }
    live.clear();
  }
}

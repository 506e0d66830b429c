package org.chagres.nn.tensor;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.DeviceMemory;
import org.chagres.nn.backend.Recorder;

/** The memory behind a tensor and its views: a block of a device's pool, or memory that something else keeps. */
final class Storage {

  /** What made a tensor, for messages: an op's name, or what keeps foreign memory. */
  record Maker(Object op, int[] shape) {
    @Override
    public String toString() {
      return op + " " + Layout.toString(shape);
    }
  }

  final Device device;
  private final Maker maker;
  private final DeviceMemory block;
  private final MemorySegment segment;
  /** What must stay reachable while the memory is used: the block, or whatever keeps foreign memory. */
  @SuppressWarnings("unused") private final Object keeper;
  private volatile boolean freed;
  /** Whose life it shares; {@code null}: the garbage collector's. */
  Scope owner;
  /** Gradients under way in a backward pass that lie here. */
  int pending;
  /** What records the step that it belongs to, if any, and its number there. */
  private Recorder recorder;
  private int place;

  private Storage(Device device, Maker maker, DeviceMemory block, MemorySegment segment, Object keeper) {
    this.device = device;
    this.maker = maker;
    this.block = block;
    this.segment = segment;
    this.keeper = keeper;
  }

  /** A block of the device's pool that lives as long as the innermost open scope or, without one, while reachable. */
  static Storage allocate(Device device, long bytes, String op, int[] shape) {
    Maker maker = new Maker(op, shape);
    Scope scope = Scope.current();
    Recorder recorder = Recorder.current();
    if (recorder != null && scope != null) {
      return allocate(device, bytes, maker, recorder, scope);
    }
    DeviceMemory block = device.backend().memory().allocate(bytes, maker);
    Storage storage = new Storage(device, maker, block, block.segment(), block);
    if (scope == null) {
      block.reclaimWhenUnreachable(storage);
    } else {
      scope.adopt(storage);
    }
    return storage;
  }

  /** In a step that is recorded: where the plan has it, if there is one. */
  private static Storage allocate(Device device, long bytes, Maker maker, Recorder recorder, Scope scope) {
    int place = recorder.place(device.backend(), bytes);
    MemorySegment planned = recorder.memory(place);
    Storage storage;
    if (planned.equals(MemorySegment.NULL)) {
      DeviceMemory block = device.backend().memory().allocate(bytes, maker);
      storage = new Storage(device, maker, block, block.segment(), block);
    } else {
      storage = new Storage(device, maker, null, planned, recorder);
    }
    storage.recorder = recorder;
    storage.place = place;
    scope.adopt(storage);
    return storage;
  }

  /** Whether it belongs to a step that is recorded, at whose end its memory is used anew. */
  boolean isPlaced() {
    return recorder != null;
  }

  /** Tells that a call uses it; false if it is none of the recorder's. */
  boolean touch(Recorder by) {
    if (recorder != by) {
      return false;
    }
    by.touch(place);
    return true;
  }

  /** Memory that the keeper keeps. */
  static Storage of(Device device, MemorySegment segment, int[] shape, Object keeper) {
    return new Storage(device, new Maker(keeper, shape), null, segment, keeper);
  }

  /** All of the memory. */
  MemorySegment segment() {
    check();
    return segment;
  }

  void check() {
    if (freed) {
      throw new IllegalStateException(
          "tensor " + Layout.toString(maker.shape) + " made by " + maker.op + " was used after it was freed"
              + (block == null ? "" : " (its scope is closed); Scope.keep(tensor) lets one outlive its scope"));
    }
  }

  boolean isFreed() {
    return freed;
  }

  /** Gives the block back; later use is an error that names the maker. */
  void free() {
    if (!freed) {
      freed = true;
      if (block != null) {
        block.free();
      }
    }
  }

  /** Hands it to another scope, or to the garbage collector. */
  void moveTo(Scope scope) {
    if (freed || owner == scope) {
      return;
    }
    if (recorder != null) {
      Recorder.refuse("keeping " + maker + "; return it from the step instead");
    }
    if (block == null || owner == null) {
      return; // something else keeps it, or it lives while reachable, which outlives any scope
    }
    owner.release(this);
    owner = null;
    if (scope == null) {
      block.reclaimWhenUnreachable(this);
    } else {
      scope.adopt(this);
    }
  }
}

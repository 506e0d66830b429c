package org.chagres.gpu.memory;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaStream;

/** Copies between the host's memory and the device's, and within the device's. */
public final class Copies {

  private Copies() {}

  /**
   * Copies to the device. The source may be changed when this returns; it is faster from {@link PinnedMemory}, which can
   * go on by itself.
   *
   * @param target memory of the device, as long as the source
   * @param source off the heap
   */
  public static void upload(MemorySegment target, MemorySegment source, CudaStream stream) {
    sameSize(target, source);
    MemorySegment from = host(source, "source");
    stream.device().run(() -> {
      stream.device().refuseInCapture("copying from memory that is not pinned");
      start(target, from, from.byteSize(), Cudart.cudaMemcpyHostToDevice(), stream);
      stream.synchronize();
    });
    Reference.reachabilityFence(source);
  }

  /** Copies from the device and waits for it, and so for all that was queued before. */
  public static void download(MemorySegment target, MemorySegment source, CudaStream stream) {
    sameSize(target, source);
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("target: the segment is read-only");
    }
    MemorySegment to = host(target, "target");
    stream.device().run(() -> {
      stream.device().refuseInCapture("reading " + source.byteSize() + " bytes of the device's memory on the host");
      start(to, source, to.byteSize(), Cudart.cudaMemcpyDeviceToHost(), stream);
      stream.synchronize();
    });
    Reference.reachabilityFence(target);
  }

  /** Queues a copy within the device. */
  public static void copy(MemorySegment target, MemorySegment source, CudaStream stream) {
    if (!stream.device().isCurrent()) {
      stream.device().run(() -> copy(target, source, stream));
      return;
    }
    sameSize(target, source);
    start(target, source, source.byteSize(), Cudart.cudaMemcpyDeviceToDevice(), stream);
  }

  /** Queues setting every byte. */
  public static void fill(MemorySegment target, byte value, CudaStream stream) {
    if (!stream.device().isCurrent()) {
      stream.device().run(() -> fill(target, value, stream));
      return;
    }
    if (target.byteSize() > 0) {
      CudaException.check(Cudart.cudaMemsetAsync(target, value & 0xFF, target.byteSize(), stream.handle()),
          "cudaMemsetAsync");
    }
  }

  private static void sameSize(MemorySegment target, MemorySegment source) {
    if (target.byteSize() != source.byteSize()) {
      throw new IllegalArgumentException(
          "copying " + source.byteSize() + " bytes into " + target.byteSize() + ": the sizes have to be the same");
    }
  }

  /** The same memory for another thread; whoever asks sees to it that it stays meanwhile. */
  static MemorySegment host(MemorySegment segment, String name) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(name + ": expected memory off the heap, got " + segment);
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + ": its memory is closed");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalArgumentException(name + ": the segment belongs to another thread");
    }
    return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
  }

  /** On the device's thread. */
  static void start(MemorySegment target, MemorySegment source, long bytes, int kind, CudaStream stream) {
    if (bytes > 0) {
      CudaException.check(Cudart.cudaMemcpyAsync(target, source, bytes, kind, stream.handle()), "cudaMemcpyAsync");
    }
  }
}

package org.chagres.gpu.dnn;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.ElementType;

/**
 * A convolution's memory on the device; which of it is written follows from the operation.
 *
 * @param x input or its gradient, (n, h, w, c)
 * @param w filter or its gradient, (k, kh, kw, c / groups)
 * @param y output or its gradient, (n, outH, outW, k)
 * @param bias k elements, or {@link MemorySegment#NULL} where the operation has none
 */
public record ConvMemory(MemorySegment x, MemorySegment w, MemorySegment y, MemorySegment bias) {

  /** Without bias. */
  public static ConvMemory of(MemorySegment x, MemorySegment w, MemorySegment y) {
    return new ConvMemory(x, w, y, MemorySegment.NULL);
  }

  void check(ConvOp op, ConvGeometry g, ElementType type) {
    spans("x", x, g.xCount(), type);
    spans("w", w, g.wCount(), type);
    spans("y", y, g.yCount(), type);
    spans("bias", bias, op.hasBias() ? g.k() : 0, type);
  }

  private static void spans(String name, MemorySegment memory, long count, ElementType type) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("convolution's " + name + ": expected memory of the device, got " + memory);
    }
    if (memory.byteSize() < count * type.bytes()) {
      throw new IllegalArgumentException("convolution's " + name + ": expected " + count + " elements of " + type
          + ", got " + memory.byteSize() + " bytes");
    }
    if (memory.address() % type.bytes() != 0) {
      throw new IllegalArgumentException("convolution's " + name + ": the address is no multiple of " + type.bytes());
    }
  }

  int alignment() {
    long all = x.address() | w.address() | y.address() | bias.address() | ConvKey.MAX_ALIGNMENT;
    return (int) Long.lowestOneBit(all);
  }
}

package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.ConvOps;
import org.chagres.simd.conv.Conv;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/** Convolutions on the CPU: the kernels of {@link Conv}. */
public final class CpuConv implements ConvOps {

  private final CpuStream stream;

  /** Convolutions whose jobs go to a stream. */
  public CpuConv(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public ConvPass packing(ConvPass pass) {
    return pass;
  }

  @Override
  public long packedBytes(ConvShape shape, ConvPass pass) {
    return Conv.packedBytes(shape, pass);
  }

  @Override
  public void pack(ConvShape shape, ConvPass pass, MemorySegment w, MemorySegment packed) {
    stream.run(Conv.pack(shape, pass, w, packed));
  }

  @Override
  public void forward(
      ConvShape shape, MemorySegment x, MemorySegment packed, MemorySegment bias, MemorySegment y) {
    stream.run(Conv.forward(shape, x, packed, bias, y));
  }

  @Override
  public void backwardData(ConvShape shape, MemorySegment dy, MemorySegment packed, MemorySegment dx) {
    stream.run(Conv.backwardData(shape, dy, packed, dx));
  }

  @Override
  public void backwardFilter(
      ConvShape shape, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment db) {
    stream.run(Conv.backwardFilter(shape, x, dy, dw, db));
  }
}

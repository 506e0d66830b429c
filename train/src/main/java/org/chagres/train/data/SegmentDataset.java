package org.chagres.train.data;

import java.lang.foreign.MemorySegment;

/**
 * Samples that lie in memory already, one behind the other, in the layout of a batch.
 */
public final class SegmentDataset implements Dataset {
  private final SampleSpec spec;
  private final long size;
  private final MemorySegment inputs;
  private final MemorySegment targets;

  /**
   * Over memory that outlives the data set.
   *
   * @param spec what a sample looks like
   * @param size number of samples
   * @param inputs at least {@code size * spec.input().bytes()} bytes
   * @param targets at least {@code size * spec.target().bytes()} bytes
   */
  public SegmentDataset(SampleSpec spec, long size, MemorySegment inputs, MemorySegment targets) {
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more, got " + size);
    }
    this.spec = spec;
    this.size = size;
    this.inputs = part(inputs, Math.multiplyExact(size, (long) spec.input().bytes()), "inputs");
    this.targets = part(targets, Math.multiplyExact(size, (long) spec.target().bytes()), "targets");
  }

  private static MemorySegment part(MemorySegment segment, long bytes, String name) {
    if (segment.byteSize() < bytes) {
      throw new IllegalArgumentException(name + ": expected at least " + bytes + " bytes, got " + segment.byteSize());
    }
    return segment.asSlice(0, bytes).asReadOnly();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public SampleSpec spec() {
    return spec;
  }

  @Override
  public void read(long index, SampleBuffer out) {
    out.require(spec);
    long inputBytes = spec.input().bytes();
    long targetBytes = spec.target().bytes();
    out.copy(
        inputs.asSlice(index * inputBytes, inputBytes), targets.asSlice(index * targetBytes, targetBytes));
  }
}

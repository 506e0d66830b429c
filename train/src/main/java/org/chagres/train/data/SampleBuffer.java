package org.chagres.train.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.chagres.simd.shape.DType;

/**
 * Where one sample goes: a window on its row of a batch, and what a data set needs at hand while it writes it.
 *
 * <p>A worker has one buffer and moves it from sample to sample; it belongs to one thread and is valid during
 * {@link Dataset#read} only.
 */
public final class SampleBuffer {
  private final SampleSpec spec;
  private final int inputBytes;
  private final int targetBytes;
  private final SampleRandom random = new SampleRandom(0);
  private final Map<Object, Object> locals = new IdentityHashMap<>();
  private MemorySegment inputs = MemorySegment.NULL;
  private MemorySegment targets = MemorySegment.NULL;
  private long inputOffset;
  private long targetOffset;

  SampleBuffer(SampleSpec spec) {
    this.spec = spec;
    inputBytes = spec.input().bytes();
    targetBytes = spec.target().bytes();
  }

  /** A buffer with memory of its own for one sample: to look at a sample without a loader. */
  public static SampleBuffer allocate(SampleSpec spec) {
    var buffer = new SampleBuffer(spec);
    Arena arena = Arena.ofAuto();
    buffer.moveTo(arena.allocate(spec.input().bytes(), 64), arena.allocate(spec.target().bytes(), 64), 0);
    return buffer;
  }

  void moveTo(MemorySegment batchInputs, MemorySegment batchTargets, int row) {
    inputs = batchInputs;
    targets = batchTargets;
    inputOffset = (long) row * inputBytes;
    targetOffset = (long) row * targetBytes;
  }

  /** What the sample must look like. */
  public SampleSpec spec() {
    return spec;
  }

  /**
   * Refuses a data set whose samples are others than this buffer has room for.
   *
   * @throws IllegalArgumentException if {@code expected} differs from {@link #spec}
   */
  public void require(SampleSpec expected) {
    if (!spec.equals(expected)) {
      throw new IllegalArgumentException("buffer: made for samples of " + spec + ", the data set has " + expected);
    }
  }

  /** The sample's random generator; see {@link SampleRandom}. */
  public SampleRandom random() {
    return random;
  }

  /** This sample's input: {@code spec().input().bytes()} bytes, channels-last where the rank is 3. */
  public MemorySegment input() {
    return inputs.asSlice(inputOffset, inputBytes);
  }

  /** This sample's target: {@code spec().target().bytes()} bytes. */
  public MemorySegment target() {
    return targets.asSlice(targetOffset, targetBytes);
  }

  /**
   * Memory of the batch's inputs; this sample's begin at {@link #inputOffset}. As {@link #input}, without an object
   * made.
   */
  public MemorySegment inputs() {
    return inputs;
  }

  /** Offset in bytes of this sample in {@link #inputs}. */
  public long inputOffset() {
    return inputOffset;
  }

  /**
   * Writes the input from an array in PyTorch's order ({@code C, H, W} for an image).
   *
   * @param values one sample, row by row
   * @throws DataException if the length or the type is not that of {@link #spec}
   */
  public void input(float[] values) {
    put(values, spec.input(), inputs, inputOffset, "input");
  }

  /** Writes a class number, or an integer target of several elements, row by row. */
  public void target(long... values) {
    ArraySpec array = spec.target();
    check(array, DType.I64, values.length, "target");
    if (array.channelsLast()) {
      int area = array.shape().get(1) * array.shape().get(2);
      int channels = array.shape().get(0);
      for (int i = 0; i < values.length; i++) {
        targets.set(JAVA_LONG, targetOffset + 8L * (i % area * channels + i / area), values[i]);
      }
    } else {
      MemorySegment.copy(values, 0, targets, JAVA_LONG, targetOffset, values.length);
    }
  }

  /** Writes a class number. */
  public void target(long value) {
    if (targetBytes != 8 || spec.target().type() != DType.I64) { // by bytes: elements() would make an iterator a sample
      check(spec.target(), DType.I64, 1, "target");
    }
    targets.set(JAVA_LONG, targetOffset, value);
  }

  /** Writes a float target, row by row. */
  public void target(float... values) {
    put(values, spec.target(), targets, targetOffset, "target");
  }

  /** Copies a whole sample that lies elsewhere off-heap in the layout of a batch. */
  public void copy(MemorySegment input, MemorySegment target) {
    MemorySegment.copy(input, 0, inputs, inputOffset, inputBytes);
    MemorySegment.copy(target, 0, targets, targetOffset, targetBytes);
  }

  /**
   * Something a data set wants once for each worker: scratch memory, a decoder.
   *
   * @param key whose it is, compared by identity: the data set itself
   * @param maker makes it at the first call
   * @return what the maker made, the same at every later call of this worker
   */
  @SuppressWarnings("unchecked")
  public <T> T local(Object key, Supplier<T> maker) {
    Object found = locals.get(key);
    if (found == null) {
      found = maker.get();
      locals.put(key, found);
    }
    return (T) found;
  }

  private static void put(float[] values, ArraySpec array, MemorySegment to, long offset, String name) {
    check(array, DType.F32, values.length, name);
    if (!array.channelsLast()) {
      MemorySegment.copy(values, 0, to, JAVA_FLOAT, offset, values.length);
      return;
    }
    int channels = array.shape().get(0);
    int area = array.shape().get(1) * array.shape().get(2);
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < area; p++) {
        to.set(JAVA_FLOAT, offset + 4L * (p * channels + c), values[c * area + p]);
      }
    }
  }

  private static void check(ArraySpec array, DType type, int elements, String name) {
    if (array.type() != type || array.elements() != elements) {
      throw new DataException(
          name + ": the data set's spec says " + array + " (" + array.elements() + " elements), got "
              + elements + " of " + type);
    }
  }
}

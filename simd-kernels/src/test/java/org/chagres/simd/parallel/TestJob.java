package org.chagres.simd.parallel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** A job of the tests: what its chunks do is a function; it counts how often each ran. */
final class TestJob extends Job {
  /** What a chunk does. */
  interface Body {
    void run(int phase, int chunk, long local, long shared) throws Exception;
  }

  private final int[] chunks;
  private final Body body;
  private final long localBytes;
  private final long sharedBytes;
  private final long nanos;
  final AtomicIntegerArray[] runs;

  TestJob(int[] chunks, long localBytes, long sharedBytes, long nanos, Body body) {
    this.chunks = chunks;
    this.localBytes = localBytes;
    this.sharedBytes = sharedBytes;
    this.nanos = nanos;
    this.body = body;
    runs = Arrays.stream(chunks).mapToObj(AtomicIntegerArray::new).toArray(AtomicIntegerArray[]::new);
  }

  /** A large job without scratch. */
  static TestJob of(Body body, int... chunks) {
    return new TestJob(chunks, 0, 0, 1_000_000, body);
  }

  /** Whether every chunk ran {@code times} times. */
  boolean ran(int times) {
    for (AtomicIntegerArray phase : runs) {
      for (int i = 0; i < phase.length(); i++) {
        if (phase.get(i) != times) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public int phases() {
    return chunks.length;
  }

  @Override
  public int chunks(int phase) {
    return chunks[phase];
  }

  @Override
  public long localBytes() {
    return localBytes;
  }

  @Override
  public long sharedBytes() {
    return sharedBytes;
  }

  @Override
  public long estimatedNanos() {
    return nanos;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    runs[phase].incrementAndGet(chunk);
    try {
      body.run(phase, chunk, local, shared);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

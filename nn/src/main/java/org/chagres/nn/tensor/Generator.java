package org.chagres.nn.tensor;

import org.chagres.nn.backend.Recorder;
import org.chagres.simd.random.Stream;
import org.chagres.simd.shape.DType;

/**
 * A stream of random numbers by Philox4x32-10: a seed and how far it has been used. The same seed gives the same numbers on any
 * machine, with any number of threads. It may be shared by threads, which then take turns.
 */
public final class Generator {

  private static final Generator STANDARD = new Generator(0x5EEDL);

  private long seed;
  private long offset;

  /** A stream from a seed. */
  public Generator(long seed) {
    this.seed = seed;
  }

  /** The one that layers and {@link Tensor#randn} use. */
  public static Generator standard() {
    return STANDARD;
  }

  /** Restarts the standard stream from a seed, as PyTorch's {@code manual_seed}. */
  public static void manualSeed(long seed) {
    STANDARD.set(new State(seed, 0));
  }

  /** Seed and counters used; saved in checkpoints. */
  public record State(long seed, long offset) {}

  /** Where it stands. */
  public synchronized State get() {
    return new State(seed, offset);
  }

  /** Goes on from a state. */
  public synchronized void set(State state) {
    seed = state.seed;
    offset = state.offset;
  }

  /** Takes the numbers for so many elements. */
  public synchronized Stream take(long count) {
    Stream at = new Stream(seed, offset);
    long counters = Stream.counters(count);
    Recorder.host(() -> advance(at, counters));
    return at;
  }

  private synchronized void advance(Stream at, long counters) {
    at.moveTo(seed, offset);
    offset += counters;
  }

  /** Uniform in [low, high), f32. */
  public Tensor uniform(double low, double high, int... shape) {
    return fillUniform(Tensor.empty("rand", DType.F32, Device.cpu(), shape.clone()), low, high);
  }

  /** Normal, f32. */
  public Tensor normal(double mean, double std, int... shape) {
    return fillNormal(Tensor.empty("randn", DType.F32, Device.cpu(), shape.clone()), mean, std);
  }

  /** Integers in [low, high), i64. */
  public Tensor integers(long low, long high, int... shape) {
    if (low >= high) {
      throw new IllegalArgumentException("randint: expected low under high, got " + low + " and " + high);
    }
    Tensor t = Tensor.empty("randint", DType.I64, Device.cpu(), shape.clone());
    t.backend().random().integers(take(t.count()), t.count(), low, high, t.data());
    return t;
  }

  /** Fills a dense f32 tensor. */
  public Tensor fillUniform(Tensor t, double low, double high) {
    checkFill(t);
    t.backend().random().uniform(take(t.count()), t.count(), (float) low, (float) high, t.data());
    t.changed();
    return t;
  }

  /** Fills a dense f32 tensor. */
  public Tensor fillNormal(Tensor t, double mean, double std) {
    checkFill(t);
    t.backend().random().normal(take(t.count()), t.count(), (float) mean, (float) std, t.data());
    t.changed();
    return t;
  }

  private static void checkFill(Tensor t) {
    if (t.dtype() != DType.F32 || !t.isDense()) {
      throw new IllegalArgumentException("random fill: expected a dense f32 tensor, got " + t.dtype());
    }
    if (Grad.isEnabled() && t.requiresGrad()) {
      throw new IllegalStateException("random fill: the tensor requires a gradient; do it under Grad.disabled()");
    }
  }
}

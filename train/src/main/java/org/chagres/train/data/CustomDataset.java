package org.chagres.train.data;

import java.util.function.LongFunction;
import org.chagres.simd.shape.DType;

/**
 * A data set written the short way: say how many samples there are and what each looks like, and return arrays.
 *
 * <pre>{@code
 * final class Squares extends CustomDataset {
 *   Squares() {
 *     super(SampleSpec.regression(1, 1));
 *   }
 *
 *   @Override public long size() {
 *     return 1000;
 *   }
 *
 *   @Override public Sample get(long i) {
 *     return Sample.of(new float[] {i}, new float[] {(float) i * i});
 *   }
 * }
 * }</pre>
 *
 * <p>Each sample is an array on the heap and is copied into the batch; {@link Dataset} itself has neither cost.
 */
public abstract class CustomDataset implements Dataset {
  private final SampleSpec spec;

  /**
   * For subclasses.
   *
   * @param spec what {@link #get} returns: float inputs; targets of floats or 64-bit integers
   */
  protected CustomDataset(SampleSpec spec) {
    if (spec.input().type() != DType.F32) {
      throw new IllegalArgumentException("input: a CustomDataset has F32 inputs, got " + spec.input());
    }
    if (spec.target().type() != DType.F32 && spec.target().type() != DType.I64) {
      throw new IllegalArgumentException("target: a CustomDataset has F32 or I64 targets, got " + spec.target());
    }
    this.spec = spec;
  }

  /**
   * A data set from a function.
   *
   * @param size number of samples
   * @param spec what the function returns
   * @param get the sample of an index; called by several workers at the same time
   */
  public static CustomDataset of(long size, SampleSpec spec, LongFunction<Sample> get) {
    return new CustomDataset(spec) {
      @Override
      public long size() {
        return size;
      }

      @Override
      public Sample get(long index) {
        return get.apply(index);
      }
    };
  }

  /** The sample of an index: {@code __getitem__}. Called by several workers at the same time. */
  public abstract Sample get(long index);

  @Override
  public final SampleSpec spec() {
    return spec;
  }

  @Override
  public final void read(long index, SampleBuffer out) {
    Sample sample = get(index);
    if (sample == null) {
      throw new DataException(getClass().getName() + ".get(" + index + ") returned null");
    }
    out.input(sample.input());
    if (spec.target().type() == DType.F32) {
      out.target(sample.floatTarget());
    } else {
      out.target(sample.classTarget());
    }
  }
}

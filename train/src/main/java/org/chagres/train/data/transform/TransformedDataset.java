package org.chagres.train.data.transform;

import java.util.List;
import org.chagres.simd.shape.DType;
import org.chagres.train.data.ArraySpec;
import org.chagres.train.data.Dataset;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.SampleSpec;

/**
 * Any data set of float images {@code (C, H, W)} with transforms applied. Costs a copy a sample more than
 * {@link ImageDataset#transform}.
 */
public final class TransformedDataset implements Dataset {
  private final Dataset dataset;
  private final Transform transform;
  private final ImageShape in;
  private final ImageShape out;
  private final SampleSpec spec;

  /**
   * A data set and what is done to each input.
   *
   * @throws IllegalArgumentException if its inputs are no float images, or the transform does not fit their shape
   */
  public TransformedDataset(Dataset dataset, Transform transform) {
    ArraySpec input = dataset.spec().input();
    if (input.type() != DType.F32 || input.shape().size() != 3) {
      throw new IllegalArgumentException("dataset: expected inputs of F32 (C, H, W), got " + input);
    }
    this.dataset = dataset;
    this.transform = transform;
    List<Integer> shape = input.shape();
    in = new ImageShape(shape.get(0), shape.get(1), shape.get(2));
    out = transform.outputShape(in);
    spec = new SampleSpec(ArraySpec.f32(out.channels(), out.height(), out.width()), dataset.spec().target());
  }

  private record Local(SampleBuffer buffer, Image image) {}

  @Override
  public long size() {
    return dataset.size();
  }

  @Override
  public SampleSpec spec() {
    return spec;
  }

  @Override
  public void read(long index, SampleBuffer to) {
    to.require(spec);
    Local local = to.local(this, () -> new Local(SampleBuffer.allocate(dataset.spec()), new Image()));
    local.buffer.random().seed(to.random().nextLong());
    dataset.read(index, local.buffer);
    local.image.begin(to.inputs().address() + to.inputOffset(), out);
    local.image.loadFloats(local.buffer.input(), in);
    transform.apply(local.image, to.random());
    local.image.finish();
    to.target().copyFrom(local.buffer.target());
  }
}

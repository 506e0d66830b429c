package org.chagres.train.data.transform;

import java.util.List;
import org.chagres.train.data.SampleRandom;

/** Transforms one after the other. */
public final class Compose implements Transform {
  private final Transform[] transforms;

  /** In order. */
  public Compose(Transform... transforms) {
    this(List.of(transforms));
  }

  /** In order. */
  public Compose(List<? extends Transform> transforms) {
    this.transforms = List.copyOf(transforms).toArray(Transform[]::new);
  }

  @Override
  public ImageShape outputShape(ImageShape in) {
    ImageShape shape = in;
    for (Transform t : transforms) {
      shape = t.outputShape(shape);
    }
    return shape;
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    for (Transform t : transforms) {
      t.apply(image, random);
    }
  }
}

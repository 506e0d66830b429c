package org.chagres.train.data.transform;

import java.util.List;
import org.chagres.train.data.Dataset;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.SampleSpec;

/**
 * Images with class numbers: a source and what is done to each image. Inputs are floats {@code (C, H, W)}, in [0, 1]
 * unless a transform says otherwise; targets are 64-bit class numbers.
 */
public final class ImageDataset implements Dataset {
  private final ImageSource source;
  private final Compose transform;
  private final ImageShape shape;
  private final SampleSpec spec;

  /** The images of a source as they are. */
  public ImageDataset(ImageSource source) {
    this(source, new Compose());
  }

  private ImageDataset(ImageSource source, Compose transform) {
    this.source = source;
    this.transform = transform;
    shape = transform.outputShape(source.shape());
    spec = SampleSpec.classification(shape.channels(), shape.height(), shape.width());
  }

  /**
   * The same images with a transform after those there are; the images in the file stay shared.
   *
   * @throws IllegalArgumentException if the transform does not fit the images' shape
   */
  public ImageDataset transform(Transform next) {
    return new ImageDataset(source, new Compose(transform, next));
  }

  /** {@link #transform} with several. */
  public ImageDataset transform(Transform... next) {
    return transform(new Compose(next));
  }

  /** {@link #transform} with {@link PadTo}: 28×28 to 32×32 for networks that halve the size often. */
  public ImageDataset padTo(int side) {
    return transform(new PadTo(side));
  }

  /** Shape of an image after the transforms. */
  public ImageShape shape() {
    return shape;
  }

  /** The names of the classes, by label. */
  public List<String> classes() {
    return source.classes();
  }

  /** The class of an image, without decoding it. */
  public long label(long index) {
    if (index < 0 || index >= source.size()) {
      throw new IndexOutOfBoundsException("index: expected 0 to " + (source.size() - 1) + ", got " + index);
    }
    return source.label(index);
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public SampleSpec spec() {
    return spec;
  }

  @Override
  public void read(long index, SampleBuffer out) {
    out.require(spec);
    Image image = out.local(this, Image::new);
    image.begin(out.inputs().address() + out.inputOffset(), shape);
    source.load(index, image);
    transform.apply(image, out.random());
    image.finish();
    out.target(source.label(index));
  }
}

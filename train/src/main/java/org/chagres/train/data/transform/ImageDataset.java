package org.chagres.train.data.transform;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.chagres.nn.backend.ImageWindows;
import org.chagres.simd.shape.Size;
import org.chagres.train.data.DataException;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.SampleRandom;
import org.chagres.train.data.SampleSpec;
import org.chagres.train.data.WindowDataset;

/**
 * Images with class numbers: a source and what is done to each image. Inputs are floats {@code (C, H, W)}, in [0, 1]
 * unless a transform says otherwise; targets are 64-bit class numbers.
 */
public final class ImageDataset implements WindowDataset {
  /** Samples that are tried to see what stands beyond an image. */
  private static final int PROBES = 64;

  private final ImageSource source;
  private final Compose transform;
  private final ImageShape shape;
  private final SampleSpec spec;
  private Optional<ImageWindows> windows = Optional.empty();

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
  public synchronized ImageWindows images() {
    if (windows.isEmpty()) {
      Image image = new Image();
      SampleRandom random = new SampleRandom(0);
      for (int i = 0; i < PROBES && (i == 0 || !image.isPadded()); i++) {
        image.beginWindow(source.shape());
        transform.apply(image, random);
        image.window(0, 0);
      }
      ImageWindows.Scaling scaling = image.scaling();
      ImageShape in = source.shape();
      image.begin(0, in);
      source.load(0, image);
      windows = Optional.of(new ImageWindows(source.size(), in.channels(), new Size(in.height(), in.width()),
          new Size(shape.height(), shape.width()), image.isPlanar(), scaling));
    }
    return windows.get();
  }

  @Override
  public void image(long index, MemorySegment to) {
    Image image = new Image();
    image.begin(0, source.shape());
    source.load(index, image);
    if (image.isPlanar() != images().planar() || !image.shape().equals(source.shape())) {
      throw new DataException("image " + index + ": expected one like the first, " + source.shape());
    }
    image.copyBytes(to);
  }

  @Override
  public Window window(long index, SampleBuffer at) {
    Image image = at.local(this, Image::new);
    image.beginWindow(source.shape());
    transform.apply(image, at.random());
    if (image.isPadded() && !Arrays.equals(image.scaling().fill(), images().scaling().fill())) {
      throw new DataException("resident: what stands beyond the image differs from sample to sample");
    }
    return image.window(index, source.label(index));
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

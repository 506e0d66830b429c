package org.chagres.train.data.source;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.chagres.train.data.transform.Image;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.ImageSource;

/** Image files without classes, for prediction: decoded, made grey where one channel is wanted, stretched to one size. */
public final class ImageFiles implements ImageSource {

  private final List<Path> files;
  private final ImageShape shape;

  private ImageFiles(List<Path> files, ImageShape shape) {
    this.files = List.copyOf(files);
    this.shape = shape;
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new IllegalArgumentException("channels: expected 1 or 3, got " + shape.channels());
    }
  }

  /**
   * Files in their order; every label is 0.
   *
   * @param shape 1 channel (grey, ITU-R 601 luma) or 3, height and width
   */
  public static ImageDataset of(List<Path> files, ImageShape shape) {
    return new ImageDataset(new ImageFiles(files, shape));
  }

  @Override
  public long size() {
    return files.size();
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public List<String> classes() {
    return List.of();
  }

  @Override
  public long label(long index) {
    return 0;
  }

  @Override
  public void load(long index, Image image) {
    RgbBytes rgb = RgbBytes.decode(files.get((int) index));
    byte[] bytes = shape.channels() == 1 ? grey(rgb) : rgb.bytes();
    ImageShape stored = new ImageShape(shape.channels(), rgb.height(), rgb.width());
    image.loadBytes(MemorySegment.ofArray(bytes), 0, stored, false);
    if (!stored.equals(shape)) {
      image.resize(shape.height(), shape.width());
    }
  }

  private static byte[] grey(RgbBytes rgb) {
    byte[] in = rgb.bytes();
    byte[] out = new byte[in.length / 3];
    for (int i = 0; i < out.length; i++) {
      int r = in[3 * i] & 255;
      int g = in[3 * i + 1] & 255;
      int b = in[3 * i + 2] & 255;
      // Pillow's integer form of 0.299 r + 0.587 g + 0.114 b.
      out[i] = (byte) ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
    }
    return out;
  }
}

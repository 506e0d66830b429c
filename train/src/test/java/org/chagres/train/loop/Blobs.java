package org.chagres.train.loop;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.chagres.train.data.transform.Image;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.ImageSource;

/** Noise with a bright row for each class: small images that a small network learns. */
record Blobs(int count, long seed) implements ImageSource {

  static final int CLASSES = 4;
  static final int SIDE = 8;

  static ImageDataset of(int count, long seed) {
    return new ImageDataset(new Blobs(count, seed));
  }

  @Override
  public long size() {
    return count;
  }

  @Override
  public ImageShape shape() {
    return new ImageShape(3, SIDE, SIDE);
  }

  @Override
  public List<String> classes() {
    return List.of("a", "b", "c", "d");
  }

  @Override
  public long label(long index) {
    return index % CLASSES;
  }

  @Override
  public void load(long index, Image image) {
    byte[] bytes = new byte[3 * SIDE * SIDE];
    new Random(seed + 1000 * index).nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      boolean bright = i / (3 * SIDE * 2) == label(index);
      bytes[i] = (byte) ((bytes[i] & 127) + (bright ? 100 : 0));
    }
    image.loadBytes(MemorySegment.ofArray(bytes), 0, shape(), false);
  }
}

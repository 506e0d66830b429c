package org.chagres.train.data.transform;

import java.util.List;

/**
 * Labelled images as a file format holds them, before any transform. {@link ImageDataset} makes a data set of it.
 * Called by several workers at the same time.
 */
public interface ImageSource {

  /** How many images there are. */
  long size();

  /** Their shape; all have the same. */
  ImageShape shape();

  /** The names of the classes, by label. */
  List<String> classes();

  /**
   * The class of an image.
   *
   * @throws org.chagres.train.data.DataException if the file holds a label that is none
   */
  long label(long index);

  /**
   * Makes {@code image} show an image, by {@link Image#loadBytes} or {@link Image#loadFloats}.
   *
   * @throws org.chagres.train.data.DataException if it cannot be read
   */
  void load(long index, Image image);
}

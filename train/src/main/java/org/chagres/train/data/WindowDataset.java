package org.chagres.train.data;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.ImageWindows;

/**
 * A data set whose samples are windows of images of bytes, mirrored or not and normalised, each with a class number: so the images can
 * lie on a device, and the windows be cut there ({@link DataLoader.Builder#resident}).
 */
public interface WindowDataset extends Dataset {

  /**
   * The images, and what becomes of their bytes.
   *
   * @throws IllegalArgumentException if samples are more than windows; the message says why
   */
  ImageWindows images();

  /** Writes an image's bytes, as {@link #images} has them. */
  void image(long image, MemorySegment to);

  /** The window of a sample; {@code at} has the sample's generator, from which as many numbers are drawn as {@link #read} draws. */
  Window window(long index, SampleBuffer at);

  /**
   * A sample.
   *
   * @param image which it is of
   * @param row its first, which may lie outside
   * @param column its first
   * @param mirrored whether left and right are swapped within the window
   * @param label its class
   */
  record Window(long image, int row, int column, boolean mirrored, long label) {}
}

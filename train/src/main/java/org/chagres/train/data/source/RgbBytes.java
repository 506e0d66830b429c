package org.chagres.train.data.source;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.chagres.train.data.DataException;

/**
 * An image file decoded to bytes, pixel by pixel, red, green, blue. Alpha is dropped, grey repeated, as by Pillow's
 * {@code convert("RGB")}.
 *
 * @param height rows
 * @param width columns
 * @param bytes {@code 3 * height * width} of them
 */
record RgbBytes(int height, int width, byte[] bytes) {
  private static final long MOST_PIXELS = 100_000_000;

  /** Reads a file of a format that ImageIO knows. */
  static RgbBytes decode(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException(file + ": expected an image, found a folder");
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataException(file + ": expected an image, found " + Files.size(file) + " bytes of no known format");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return read(file, reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read as an image: " + Reason.of(e), e);
    }
  }

  private static RgbBytes read(Path file, ImageReader reader) throws IOException {
    try {
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels < 1 || pixels > MOST_PIXELS) {
        throw new DataException(
            file + ": expected 1 to " + MOST_PIXELS + " pixels, found " + reader.getWidth(0) + "x"
                + reader.getHeight(0));
      }
      return of(reader.read(0));
    } catch (DataException e) {
      throw e;
    } catch (RuntimeException e) { // so ImageIO's readers answer some corrupt files
      throw new DataException(
          file + ": is corrupt: " + (e.getMessage() == null ? "its decoder gave up" : e.getMessage()), e);
    }
  }

  private static RgbBytes of(BufferedImage image) {
    int h = image.getHeight();
    int w = image.getWidth();
    byte[] bytes = new byte[3 * h * w];
    Raster raster = image.getRaster();
    boolean grey = raster.getNumBands() <= 2 && image.getColorModel().getNumColorComponents() == 1;
    int[] row = new int[w];
    int shift = Math.max(0, image.getColorModel().getComponentSize(0) - 8);
    for (int y = 0; y < h; y++) {
      if (grey) { // getRGB would take grey values for linear light and brighten them
        raster.getSamples(0, y, w, 1, 0, row);
      } else {
        image.getRGB(0, y, w, 1, row, 0, w);
      }
      for (int x = 0, at = 3 * y * w; x < w; x++, at += 3) {
        int v = grey ? ((row[x] >>> shift) & 255) * 0x010101 : row[x];
        bytes[at] = (byte) (v >> 16);
        bytes[at + 1] = (byte) (v >> 8);
        bytes[at + 2] = (byte) v;
      }
    }
    return new RgbBytes(h, w, bytes);
  }
}

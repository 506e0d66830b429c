package org.chagres.train.report;

import java.awt.AWTError;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.chagres.nn.state.AtomicFile;
import org.chagres.nn.state.StateException;
import org.jfree.chart.JFreeChart;

/** Draws a chart into a PNG file, which is replaced as a whole. */
final class Png {
  // pixels for each unit of length, so that text is sharp on a dense screen
  private static final int SCALE = 2;

  private Png() {}

  /**
   * Draws and writes.
   *
   * @param path the file
   * @param width width in units of {@link #SCALE} pixels
   * @param height height in the same
   * @param chart makes the chart
   * @throws StateException if it can't be drawn, as without any font, or written
   */
  static void write(Path path, int width, int height, Supplier<JFreeChart> chart) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BufferedImage image = new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      try {
        graphics.scale(SCALE, SCALE);
        chart.get().draw(graphics, new Rectangle2D.Double(0, 0, width, height));
      } finally {
        graphics.dispose();
      }
      // not ImageIO's own stream, which goes through a temporary file
      try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
        ImageIO.write(image, "png", out);
      }
    } catch (LinkageError | InternalError | AWTError e) {
      // a machine without fonts or font libraries: that must not end a run
      throw new StateException(path, "cannot draw: " + e);
    } catch (IOException e) {
      throw new StateException(path, "cannot draw", e);
    }
    ByteBuffer png = ByteBuffer.wrap(bytes.toByteArray());
    AtomicFile.write(path, channel -> {
      while (png.hasRemaining()) {
        channel.write(png);
      }
    });
  }
}

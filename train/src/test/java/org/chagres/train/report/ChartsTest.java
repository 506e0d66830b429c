package org.chagres.train.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.chagres.nn.state.StateException;
import org.chagres.train.metrics.ConfusionMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartsTest {
  @TempDir Path folder;

  /** The number of pixels that come close to a colour. */
  private static long pixels(BufferedImage image, int rgb) {
    long found = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int p = image.getRGB(x, y);
        int distance = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
          distance += Math.abs((p >> shift & 255) - (rgb >> shift & 255));
        }
        found += distance < 8 ? 1 : 0;
      }
    }
    return found;
  }

  @Test
  void curvesShowEveryMeasure() throws IOException {
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      // validated every fifth epoch only
      double or = i % 5 == 0 ? 1 : Double.NaN;
      epochs.add(new Epoch(i, i < 3 ? Double.POSITIVE_INFINITY : 3.0 / i, or * 4 / i, or * i / 100, 0.1, 1));
    }
    Path path = folder.resolve("curves.png");
    Curves.write(path, epochs);
    BufferedImage image = ImageIO.read(path.toFile());
    for (var color : List.of(Look.BLUE, Look.ORANGE, Look.GREEN)) {
      // far more than the line in the legend
      assertTrue(pixels(image, color.getRGB()) > 1500, color.toString());
    }
  }

  @Test
  void curvesOfASingleOrAnEmptyEpochAreDrawn() throws IOException {
    Path path = folder.resolve("curves.png");
    Curves.write(path, List.of(new Epoch(1, 2, 2, 0.1, 0.1, 1)));
    Curves.write(path, List.of(new Epoch(7, Double.NaN, Double.NaN, Double.NaN, 0.1, 1)));
    assertEquals(1600, ImageIO.read(path.toFile()).getWidth());
    assertThrows(IllegalArgumentException.class, () -> Curves.write(path, List.of()));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void targetsHeldAndMissedDiffer() throws IOException {
    Path path = folder.resolve("targets.png");
    TargetChart.write(path, "Targets", "two", List.of(
        new TargetChart.Bar("held", 2, "3.6 × (≥ 1.8 ×)"), new TargetChart.Bar("missed", 0.6, "3 s (≤ 1.8 s)")));
    BufferedImage image = ImageIO.read(path.toFile());
    assertTrue(pixels(image, Look.GREEN.getRGB()) > 1500);
    assertTrue(pixels(image, Look.ORANGE.getRGB()) > 1500);
    assertEquals(0, pixels(image, Look.BLUE.getRGB()));
    assertThrows(IllegalArgumentException.class, () -> TargetChart.write(path, "x", "", List.of()));
    assertThrows(IllegalArgumentException.class, () -> new TargetChart.Bar("x", 0, ""));
    assertThrows(IllegalArgumentException.class, () -> new TargetChart.Bar("x", Double.NaN, ""));
  }

  @Test
  void confusionChartColoursTheDiagonal() throws IOException {
    ConfusionMatrix matrix = new ConfusionMatrix(3);
    matrix.update(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, new long[] {0, 1, 2});
    Path path = folder.resolve("confusion.png");
    ConfusionChart.write(path, matrix, List.of("cat", "dog", "a name that is somewhat long"));
    BufferedImage image = ImageIO.read(path.toFile());
    long blue = pixels(image, 0x0B3C7D);
    // three of nine cells of a square that takes up most of the picture
    assertTrue(blue > image.getWidth() * image.getHeight() / 10, "blue pixels: " + blue);
    assertThrows(IllegalArgumentException.class, () -> ConfusionChart.write(path, matrix, List.of("cat")));
  }

  @Test
  void confusionChartsOfNoRowsAndManyClassesAreDrawn() throws IOException {
    for (int classes : new int[] {1, 101}) {
      Path path = folder.resolve("confusion.png");
      ConfusionChart.write(path, new ConfusionMatrix(classes), Collections.nCopies(classes, "class"));
      assertTrue(ImageIO.read(path.toFile()).getWidth() <= 2 * 1500);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsTold() {
    Path path = folder.resolve("no").resolve("curves.png");
    assertThrows(StateException.class, () -> Curves.write(path, List.of(new Epoch(1, 2, 2, 0.1, 0.1, 1))));
  }
}

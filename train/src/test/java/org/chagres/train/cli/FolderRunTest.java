package org.chagres.train.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder of images from training to prediction, with classes whose names are no simple words. */
@Timeout(60)
final class FolderRunTest {

  private static final List<String> CLASSES = List.of("a|b, \"c\"", "größe 100 %d", "x\\y");

  @TempDir private static Path temp;

  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    Path data = SmallData.folder(temp.resolve("data"), CLASSES, 12, 4);
    run = temp.resolve("run");
    Chagres.Outcome o = Chagres.run(
        "train", "--dataset", "folder", "--data", data, "--model", "mlp", "--epochs", 6, "--batch", 6, "--workers", 2,
        "--schedule", "plateau", "--label-smoothing", 0.1, "--clip-norm", 1, "--out", run);
    assertEquals(0, o.code(), o.err());
    assertTrue(o.out().contains("36 + 12 images"), o.out());
  }

  @Test
  void leavesEveryFile() {
    for (String name : List.of("configuration.json", "best.safetensors", "last.safetensors", "epochs.csv")) {
      assertTrue(Files.isRegularFile(run.resolve(name)), name);
    }
  }

  @Test
  void evaluates() {
    Chagres.Outcome o = Chagres.run("eval", "--run", run);
    assertEquals(0, o.code(), o.err());
    assertTrue(o.out().contains("accuracy 100.00 %"), o.out());
    for (String name : CLASSES) {
      assertTrue(o.out().contains(name), o.out());
    }
  }

  @Test
  void predictsImagesOfOtherSizesAndKinds() throws IOException {
    for (int label = 0; label < CLASSES.size(); label++) {
      Path png = SmallData.image(temp.resolve("large-" + label + ".png"), label, 300, 171, 99);
      Path jpeg = SmallData.image(temp.resolve("ein Bild-" + label + ".jpg"), label, 3, 5, 98);
      Chagres.Outcome o = Chagres.run("predict", "--run", run, "--top", 3, png, jpeg);
      assertEquals(0, o.code(), o.err());
      String[] lines = o.out().split("\\R", -1);
      assertEquals(png.toString(), lines[0]);
      assertEquals(jpeg.toString(), lines[4]);
      for (int image = 0; image < 8; image += 4) {
        assertTrue(lines[image + 1].endsWith(" %  " + CLASSES.get(label)), o.out());
        double sum = 0;
        for (int i = 1; i <= 3; i++) {
          Matcher percent = Pattern.compile("^ +([0-9.]+) %  ").matcher(lines[image + i]);
          assertTrue(percent.find(), lines[image + i]);
          sum += Double.parseDouble(percent.group(1));
        }
        assertEquals(100, sum, 0.02);
      }
    }
  }

  @Test
  void topIsLimitedByTheClassesThereAre() throws IOException {
    Path png = SmallData.image(temp.resolve("one.png"), 1, 32, 32, 5);
    Chagres.Outcome o = Chagres.run("predict", "--run", run, "--top", 99, png);
    assertEquals(0, o.code(), o.err());
    assertEquals(1 + CLASSES.size(), o.out().strip().split("\\R", -1).length, o.out());
  }
}

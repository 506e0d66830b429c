package org.chagres.train.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.chagres.nn.state.SafetensorsFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong, the answer is an exit code and one sentence that names the thing and the value. */
@Timeout(60)
final class BadInputTest {

  @TempDir private static Path temp;

  private static Path data;
  private static Path trained;
  private static int folders;

  @BeforeAll
  static void train() throws IOException {
    data = SmallData.mnist(temp.resolve("data"), 64, 20);
    trained = temp.resolve("trained");
    assertEquals(0, Chagres.run(mlp("--out", trained, "--epochs", 1)).code());
  }

  private static List<Object> mlp(Object... more) {
    List<Object> all = new ArrayList<>(List.of("train", "--dataset", "mnist", "--data", data, "--model", "mlp"));
    all.addAll(List.of(more));
    if (!all.contains("--batch")) {
      all.addAll(List.of("--batch", 16));
    }
    return all;
  }

  private static Path fresh() {
    return temp.resolve("run-" + folders++);
  }

  /** Exit code and one line on stderr, with some words in it; returns the line. */
  private static String refused(int code, List<String> words, Object... arguments) {
    return refused(code, words, Chagres.run(arguments));
  }

  private static String refused(int code, List<String> words, Chagres.Outcome o) {
    String line = o.err().strip();
    assertEquals(code, o.code(), () -> "exit code; stderr: " + line);
    assertTrue(line.startsWith("chagres: "), line);
    assertFalse(line.contains("\n") || line.contains("\tat "), () -> "expected one line, got " + line);
    assertFalse(line.contains("Exception") || line.contains("Error:"), () -> "a class name is no sentence: " + line);
    for (String word : words) {
      assertTrue(line.contains(word), () -> "expected \"" + word + "\" in: " + line);
    }
    return line;
  }

  @ParameterizedTest
  @CsvSource({
    "--dataset, imagenet", "--model, resnet", "--optimizer, lion", "--schedule, magic", "--device, cuda",
    "--device, tpu:0", "--augment, mixup", "--epochs, 0", "--batch, 0", "--lr, -1", "--lr, NaN", "--momentum, 1.5",
    "--threads, -1", "--threads, 100000", "--workers, -2", "--checkpoint-every, -3", "--label-smoothing, 1.5",
    "--clip-norm, -1", "--accumulate, 0", "--patience, -1", "--limit, -5", "--weight-decay, -1", "--epochs, many"
  })
  void optionsWithAWrongValue(String option, String value) {
    Path out = fresh();
    refused(2, List.of(option, value), "train", "--out", out, option + "=" + value);
    assertFalse(Files.exists(out), "no run folder for a run that did not begin");
  }

  @Test
  void wrongUsage() {
    refused(2, List.of("--data", "mnist"), "train", "--dataset", "mnist", "--out", fresh());
    refused(2, List.of("--colour"), "train", "--colour", "red");
    refused(2, List.of("--lr"), "train", "--resume", trained, "--lr", 1);
    refused(2, List.of("IMAGE"), "predict");
    refused(2, List.of("--top", "0"), "predict", "--top", 0, "x.png");
    refused(2, List.of("fly"), "fly");
    Chagres.Outcome nothing = Chagres.run();
    assertEquals(2, nothing.code());
    assertTrue(nothing.err().contains("train"), "lists the subcommands");
  }

  @Test
  void foldersWithoutData() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    refused(1, List.of(empty.toString(), "data_batch_1.bin"), "train", "--dataset", "cifar10", "--data", empty);
    refused(1, List.of(empty.toString(), "train-images-idx3-ubyte"), "train", "--dataset", "mnist", "--data", empty);
    refused(1, List.of(empty.resolve("train").toString()), "train", "--dataset", "folder", "--data", empty);
    Path classless = Files.createDirectories(temp.resolve("classless"));
    Files.createDirectories(classless.resolve("train").resolve("cat"));
    refused(1, List.of("cat", "found none"), "train", "--dataset", "folder", "--data", classless);
    refused(1, List.of("nowhere"), "train", "--dataset", "cifar10", "--data", temp.resolve("nowhere"));
  }

  @Test
  void aTestFolderWithOtherClasses() throws IOException {
    Path folder = SmallData.folder(temp.resolve("classes"), List.of("cat", "dog"), 2, 1);
    Files.move(folder.resolve("test").resolve("dog"), folder.resolve("test").resolve("horse"));
    refused(1, List.of("[cat, dog]", "[cat, horse]"), "train", "--dataset", "folder", "--data", folder, "--batch", 2);
  }

  @Test
  void aFolderWithABrokenImage() throws IOException {
    Path folder = SmallData.folder(temp.resolve("broken"), List.of("cat", "dog"), 4, 2);
    Path bad = folder.resolve("train").resolve("cat").resolve("0.png");
    Files.write(bad, Arrays.copyOf(Files.readAllBytes(bad), 60));
    for (int workers = 0; workers < 2; workers++) {
      refused(1, List.of(bad.toString()), "train", "--dataset", "folder", "--data", folder, "--model", "mlp", "--batch",
          2, "--workers", workers, "--out", fresh());
    }
  }

  @Test
  void damagedCifarFiles() throws IOException {
    Path folder = SmallData.cifar(temp.resolve("cifar"), 4);
    Path third = folder.resolve("data_batch_3.bin");
    byte[] good = Files.readAllBytes(third);
    Object[] train =
        {"train", "--dataset", "cifar10", "--data", folder, "--model", "mlp", "--batch", 4, "--epochs", 1};

    Files.write(third, Arrays.copyOf(good, 3073 + 17));
    refused(1, List.of(third.toString(), "17 bytes"), train);
    Files.write(third, Arrays.copyOf(good, 10_001 * 3073));
    refused(1, List.of(third.toString(), "10001 records"), train);
    Files.write(third, new byte[0]);
    refused(1, List.of(third.toString(), "0 bytes"), train);
    byte[] mislabelled = good.clone();
    mislabelled[2 * 3073] = 10;
    Files.write(third, mislabelled);
    List<Object> out = new ArrayList<>(List.of(train));
    out.addAll(List.of("--out", fresh()));
    refused(1, List.of(third.toString(), "record 2", "found 10"), out);
  }

  @Test
  void damagedIdxFiles() throws IOException {
    Path folder = SmallData.mnist(temp.resolve("idx"), 32, 10);
    Path images = folder.resolve("train-images-idx3-ubyte");
    byte[] good = Files.readAllBytes(images);
    Object[] train = {"train", "--dataset", "mnist", "--data", folder, "--model", "mlp"};

    Files.write(images, Arrays.copyOf(good, good.length - 1));
    refused(1, List.of(images.toString(), Integer.toString(good.length - 1)), train);
    Files.write(images, Arrays.copyOf(good, good.length + 1));
    refused(1, List.of(images.toString(), Integer.toString(good.length + 1)), train);
    byte[] magic = good.clone();
    magic[2] = 9;
    Files.write(images, magic);
    refused(1, List.of(images.toString(), "0x00000903"), train);
    Files.write(images, Arrays.copyOf(good, 7));
    refused(1, List.of(images.toString(), "7 bytes"), train);
    Files.write(images, good);
    Path labels = folder.resolve("train-labels-idx1-ubyte");
    byte[] wrong = Files.readAllBytes(labels);
    wrong[8 + 5] = 12;
    Files.write(labels, wrong);
    refused(1, List.of(labels.toString(), "label 5", "found 12"), train);
  }

  @Test
  void aBatchLargerThanTheData() {
    refused(1, List.of("65", "64 samples"), mlp("--batch", 65, "--out", fresh()));
  }

  @Test
  void aLossThatIsNoNumberNamesTheStepAndKeepsTheCheckpoint() {
    Path out = fresh();
    String line = refused(1, List.of("step "), mlp("--out", out, "--optimizer", "sgd", "--lr", 1e10));
    assertTrue(line.contains("checkpoint is kept"), line);
  }

  @Test
  void aFolderThatHoldsARun() {
    refused(1, List.of(trained.toString(), "--resume"), mlp("--out", trained));
  }

  @Test
  void aRunFolderThatCannotBeMade() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    refused(1, List.of(file.toString()), mlp("--out", file.resolve("run")));
  }

  @Test
  void aRunFolderThatCannotBeWritten() throws IOException {
    Path out = Files.createDirectories(fresh());
    assertTrue(out.toFile().setWritable(false));
    assumeTrue(!Files.isWritable(out), "skipped: this user may write to every folder");
    refused(1, List.of(out.toString(), "permission denied"), mlp("--out", out));
  }

  @Test
  void resumingWhatIsNoRun() throws IOException {
    refused(1, List.of("nowhere", "no run here"), "train", "--resume", temp.resolve("nowhere"));
    Path copy = copy();
    Files.writeString(copy.resolve("configuration.json"), "{\"epochs\": ");
    refused(1, List.of("configuration.json"), "train", "--resume", copy);
    Files.writeString(copy.resolve("configuration.json"), "{}");
    refused(1, List.of("lacks"), "train", "--resume", copy);
    String text = Files.readString(trained.resolve("configuration.json"));
    Files.writeString(copy.resolve("configuration.json"), text.replace("\"epochs\" : \"1\"", "\"epochs\" : \"one\""));
    refused(1, List.of("epochs", "\"one\""), "train", "--resume", copy);
  }

  @Test
  void resumingFromADamagedCheckpoint() throws IOException {
    Path copy = copy();
    Path last = copy.resolve("last.safetensors");
    byte[] good = Files.readAllBytes(last);
    int[] lengths = {0, 7, 100, good.length / 2, good.length - 1};
    for (int length : lengths) {
      Files.write(last, Arrays.copyOf(good, length));
      refused(1, List.of(last.toString()), "train", "--resume", copy);
    }
    // A bit in the length, in the header, in the first tensor, in the middle, in the last byte.
    int header = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    int[] places = {1, 8 + header / 3, 8 + header / 2, 8 + header + 5, good.length / 2, good.length - 1};
    for (int place : places) {
      byte[] bad = good.clone();
      bad[place] ^= 4;
      Files.write(last, bad);
      refused(1, List.of(last.toString()), "train", "--resume", copy);
    }
    Files.write(last, good);
    assertEquals(0, Chagres.run("train", "--resume", copy).code(), "whole again");
  }

  @Test
  void resumingWithTheCheckpointOfAnotherNetworkOrOptimizer() throws IOException {
    Path copy = copy();
    Path configuration = copy.resolve("configuration.json");
    String text = Files.readString(configuration);
    Path last = copy.resolve("last.safetensors");
    Files.writeString(configuration, text.replace("\"mlp\"", "\"cnn\""));
    refused(1, List.of(last.toString(), "missing keys"), "train", "--resume", copy);
    Files.writeString(configuration, text.replace("\"adamw\"", "\"sgd\""));
    refused(1, List.of(last.toString()), "train", "--resume", copy);
    Files.writeString(configuration, text);
    Files.copy(copy.resolve("best.safetensors"), last, StandardCopyOption.REPLACE_EXISTING);
    refused(1, List.of(last.toString(), "not a checkpoint"), "train", "--resume", copy);
  }

  @Test
  void aFullDiskLeavesTheCheckpointBefore() throws Exception {
    Path disk = Files.createDirectories(temp.resolve("disk"));
    boolean mounted = command("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString());
    assumeTrue(mounted, "skipped: a small file system takes the rights to mount one");
    try {
      Path out = disk.resolve("run");
      // Weights take 1 MiB, a checkpoint 3: there is room for the first epoch's and not for another beside it.
      refused(1, List.of(out.resolve("last.safetensors").toString(), "No space left"),
          mlp("--out", out, "--epochs", 3));
      assertEquals(
          "1", SafetensorsFile.open(out.resolve("last.safetensors")).metadata().get("loader.epoch"));
      assertArrayEquals(new String[0], strays(out), "nothing half-written is left");
      assertTrue(command("mount", "-o", "remount,size=32m", disk.toString()));
      assertEquals(0, Chagres.run("train", "--resume", out).code(), "goes on when there is room");
    } finally {
      command("umount", "-l", disk.toString());
    }
  }

  private static String[] strays(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).filter(n -> n.startsWith(".")).toArray(String[]::new);
    }
  }

  private static boolean command(String... words) throws InterruptedException {
    try {
      return new ProcessBuilder(words).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void predictingWhatIsNoImage() throws IOException {
    Path text = Files.writeString(temp.resolve("text.png"), "not an image");
    refused(1, List.of(text.toString(), "12 bytes of no known format"), "predict", "--run", trained, text);
    Path missing = temp.resolve("missing.png");
    refused(1, List.of(missing.toString(), "no such file"), "predict", "--run", trained, missing);
    refused(1, List.of(temp.toString(), "folder"), "predict", "--run", trained, temp);
    refused(1, List.of("nowhere", "no run here"), "predict", "--run", temp.resolve("nowhere"), text);
  }

  @Test
  void evaluatingWithOtherWeights() throws IOException {
    Path other = copy();
    Files.writeString(
        other.resolve("configuration.json"),
        Files.readString(other.resolve("configuration.json")).replace("\"mlp\"", "\"cnn\""));
    Path weights = trained.resolve("best.safetensors");
    refused(1, List.of(weights.toString(), "missing keys"), "eval", "--run", other, "--weights", weights);
    refused(1, List.of("none.safetensors", "no such file"), "eval", "--run", trained, "--weights",
        temp.resolve("none.safetensors"));
    Path moved = temp.resolve("moved");
    refused(1, List.of(moved.toString()), "eval", "--run", trained, "--data", moved);
    Chagres.Outcome o = Chagres.run("eval", "--run", trained, "--weights", weights);
    assertEquals(0, o.code(), o.err());
    assertTrue(o.out().contains("(20 images)"), o.out());
  }

  @Test
  void replayingAFolderWithoutCases() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("no-cases"));
    refused(1, List.of(empty.toString(), "no recorded cases"), "oracle", empty);
    refused(1, List.of("nowhere", "no such folder"), "oracle", temp.resolve("nowhere"));
  }

  @Test
  void tooLittleMemory() throws Exception {
    Path log = temp.resolve("memory");
    Process process = Chagres.start(
        log, List.of("-Dchagres.memory.limit=16m"), "train", "--limit", 512, "--batch", 256, "--out", fresh());
    Chagres.Outcome o = Chagres.end(log, process);
    assertEquals(1, o.code(), o.err());
    // One sentence, and below it the largest blocks.
    String message = o.err().substring(o.err().indexOf("chagres: "));
    assertTrue(message.contains("limit 16.0 MiB") && message.contains("conv2d"), message);
    assertFalse(message.contains("\tat "), message);
  }

  private static Path copy() throws IOException {
    Path to = Files.createDirectories(fresh());
    try (Stream<Path> files = Files.list(trained)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}

package org.chagres.train.data.source;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.chagres.train.data.Batch;
import org.chagres.train.data.DataException;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.SampleSpec;
import org.chagres.train.data.transform.ImageDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class Cifar10Test {
  @TempDir Path folder;

  /** Records whose label is their number modulo 10 and whose bytes follow from file, record and place. */
  static byte[] records(int file, int count) {
    byte[] bytes = new byte[3073 * count];
    for (int r = 0; r < count; r++) {
      bytes[3073 * r] = (byte) ((file + r) % 10);
      for (int i = 0; i < 3072; i++) {
        bytes[3073 * r + 1 + i] = (byte) value(file, r, i);
      }
    }
    return bytes;
  }

  private static int value(int file, int record, int place) {
    return (31 * file + 7 * record + place) % 251;
  }

  static void write(Path folder) throws IOException {
    for (int f = 1; f <= 5; f++) {
      Files.write(folder.resolve("data_batch_" + f + ".bin"), records(f, f));
    }
    Files.write(folder.resolve("test_batch.bin"), records(6, 2));
    Files.writeString(folder.resolve("batches.meta.txt"), "airplane\n");
  }

  @Test
  void imagesAndLabelsOfAllFilesInOrder() throws IOException {
    Path below = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
    write(below);
    for (Path path : List.of(folder, below)) {
      ImageDataset train = Cifar10.train(path);
      assertEquals(15, train.size());
      assertEquals(SampleSpec.classification(3, 32, 32), train.spec());
      assertEquals("truck", train.classes().get(9));
      assertEquals(2, Cifar10.test(path).size());
      var buffer = SampleBuffer.allocate(train.spec());
      int index = 0;
      for (int f = 1; f <= 5; f++) {
        for (int r = 0; r < f; r++, index++) {
          train.read(index, buffer);
          assertEquals((f + r) % 10, buffer.target().get(JAVA_LONG, 0));
          assertEquals((f + r) % 10, train.label(index));
          for (int i = 0; i < 3072; i += 37) {
            int pixel = i % 1024;
            float got = buffer.input().get(JAVA_FLOAT, 4L * (3 * pixel + i / 1024));
            assertEquals(value(f, r, i) / 255f, got);
          }
        }
      }
    }
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    told("data_batch_1.bin: expected a file, found nothing", () -> Cifar10.train(folder));
    write(folder);
    Path file = folder.resolve("data_batch_3.bin");
    Files.write(file, new byte[0]);
    told("found 0 bytes", () -> Cifar10.train(folder));
    Files.write(file, new byte[3072]);
    told("data_batch_3.bin: expected 1 to 10000 records of 3073 bytes, found 3072 bytes", () -> Cifar10.train(folder));
    Files.write(file, new byte[3073 + 1]);
    told("(1 records and 1 bytes)", () -> Cifar10.train(folder));
    Files.write(file, new byte[3073 * 10_001]);
    told("10001 records", () -> Cifar10.train(folder));
    byte[] labelled = records(3, 3);
    labelled[3073] = 10;
    Files.write(file, labelled);
    ImageDataset train = Cifar10.train(folder);
    told("data_batch_3.bin: record 1: expected a label of 0 to 9, found 10", () -> train.label(4));
    try (var loader = DataLoader.of(train).batchSize(15).workers(2).build()) {
      told("sample 4 (batch 0 of epoch 0): " + file, () -> loader.iterator().next());
    }
    Files.delete(file);
    Files.createDirectory(file);
    told("found a folder", () -> Cifar10.train(folder));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a mapped file cannot be cut short there")
  void aFileCutShortWhileItIsMappedIsToldNotACrash() throws IOException {
    write(folder);
    Files.write(folder.resolve("test_batch.bin"), records(0, 100));
    try (var loader = DataLoader.of(Cifar10.test(folder)).batchSize(10).workers(1).build()) {
      for (Batch batch : loader) {
        assertEquals(10, batch.size());
      }
      try (var channel = FileChannel.open(folder.resolve("test_batch.bin"), StandardOpenOption.WRITE)) {
        channel.truncate(100);
      }
      told("was a file cut short", () -> loader.forEach(b -> {}));
    }
  }

  static void told(String message, Executable call) {
    var e = assertThrows(DataException.class, call);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }
}

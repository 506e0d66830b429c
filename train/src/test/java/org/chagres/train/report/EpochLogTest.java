package org.chagres.train.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.chagres.nn.state.StateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochLogTest {
  @TempDir Path folder;

  private static Epoch epoch(int number) {
    return new Epoch(number, 1.0 / 3 / number, number % 2 == 0 ? Double.NaN : 0.1, 1e-17, 2e-3, 12.5);
  }

  @Test
  void writesALineForEachEpoch() throws IOException {
    Path path = folder.resolve("log.csv");
    EpochLog log = EpochLog.create(path);
    log.append(epoch(1));
    log.append(epoch(2));
    assertEquals("""
        epoch,train_loss,val_loss,val_accuracy,lr,seconds
        1,0.3333333333333333,0.1,1.0E-17,0.002,12.5
        2,0.16666666666666666,,1.0E-17,0.002,12.5
        """, Files.readString(path));
    assertEquals(List.of(epoch(1), epoch(2)), EpochLog.read(path));
    assertThrows(IllegalArgumentException.class, () -> log.append(epoch(2)));
    assertEquals(2, log.epochs().size());
  }

  @Test
  void resumesAfterTheEpochOfTheCheckpoint() throws IOException {
    Path path = folder.resolve("log.csv");
    EpochLog log = EpochLog.create(path);
    for (int i = 1; i <= 5; i++) {
      log.append(epoch(i));
    }
    Files.writeString(path, "6,0.5,0.", StandardOpenOption.APPEND);
    EpochLog resumed = EpochLog.resume(path, 3);
    assertEquals(List.of(epoch(1), epoch(2), epoch(3)), resumed.epochs());
    resumed.append(epoch(4));
    assertEquals(List.of(epoch(1), epoch(2), epoch(3), epoch(4)), EpochLog.read(path));
    Path fresh = folder.resolve("fresh.csv");
    EpochLog.resume(fresh, 3).append(epoch(4));
    assertEquals(List.of(epoch(4)), EpochLog.read(fresh));
    EpochLog.create(path);
    assertTrue(EpochLog.read(path).isEmpty());
  }

  @Test
  void aLineCutShortAtAnyByteIsLeftOut() throws IOException {
    Path path = folder.resolve("log.csv");
    EpochLog log = EpochLog.create(path);
    log.append(epoch(1));
    long whole = Files.size(path);
    log.append(epoch(2));
    byte[] bytes = Files.readAllBytes(path);
    for (int length = (int) whole; length < bytes.length; length++) {
      Files.write(path, java.util.Arrays.copyOf(bytes, length));
      assertEquals(List.of(epoch(1)), EpochLog.read(path));
    }
  }

  @Test
  void refusesWhatIsNoLog() throws IOException {
    Path path = folder.resolve("log.csv");
    assertThrows(StateException.class, () -> EpochLog.read(path));
    String head = "epoch,train_loss,val_loss,val_accuracy,lr,seconds\n";
    for (String text : List.of("", "\n", "hello\n", head + "1,2\n", head + "x,1,1,1,1,1\n", head + "1,1,1,1,1,1,1\n")) {
      Files.writeString(path, text);
      String message = assertThrows(StateException.class, () -> EpochLog.read(path)).getMessage();
      assertTrue(message.contains("log.csv"), message);
      assertThrows(StateException.class, () -> EpochLog.resume(path, 1));
      assertEquals(text, Files.readString(path));
    }
    Files.write(path, new byte[] {(byte) 0xff, '\n'});
    assertThrows(StateException.class, () -> EpochLog.read(path));
    assertThrows(StateException.class, () -> EpochLog.create(folder.resolve("no").resolve("log.csv")));
  }

  @Test
  void aLogThatWentAwayIsTold() throws IOException {
    Path path = folder.resolve("log.csv");
    EpochLog log = EpochLog.create(path);
    Files.delete(path);
    assertThrows(StateException.class, () -> log.append(epoch(1)));
    assertTrue(log.epochs().isEmpty());
  }
}

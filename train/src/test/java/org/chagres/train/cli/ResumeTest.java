package org.chagres.train.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.chagres.nn.state.Entry;
import org.chagres.nn.state.SafetensorsFile;
import org.chagres.simd.parallel.Workers;
import org.chagres.train.report.Epoch;
import org.chagres.train.report.EpochLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are killed, or asked to stop, and go on: to the same bits as one that was never interrupted. */
@Timeout(120)
final class ResumeTest {

  private static final int THREADS = Workers.shared().threads();

  @TempDir private static Path temp;

  private static Path data;
  private static Path whole;

  @BeforeAll
  static void trainWithoutInterruption() throws IOException {
    data = SmallData.mnist(temp.resolve("data"), 512, 100);
    whole = temp.resolve("whole");
    Chagres.Outcome o = Chagres.run(training(whole, 3, "--threads", 2, "--workers", 1, "--checkpoint-every", 3));
    assertEquals(0, o.code(), o.err());
  }

  @AfterAll
  static void setThreadsBack() {
    Workers.setShared(THREADS);
  }

  private static List<Object> training(Path out, int epochs, Object... more) {
    List<Object> all = new ArrayList<>(List.of(
        "train", "--dataset", "mnist", "--data", data, "--model", "mlp", "--epochs", epochs, "--batch", 32, "--seed", 7,
        "--augment", "crop,flip,erase", "--out", out));
    all.addAll(List.of(more));
    return all;
  }

  @Test
  void killedInTheSecondEpochAndResumedTheBitsAreTheSame() throws Exception {
    Path killed = temp.resolve("killed");
    Process process =
        Chagres.start(killed, List.of(), training(killed, 3, "--threads", 2, "--workers", 1, "--checkpoint-every", 3));
    afterCheckpoints(killed, 7, process); // 3, 6, 9, 12, 15, the epoch's end, 18
    process.destroyForcibly();
    assertEquals(137, process.waitFor(), "killed, not ended by itself");
    long step =
        Long.parseLong(SafetensorsFile.open(killed.resolve("last.safetensors")).metadata().get("progress.step"));
    assertTrue(step >= 16 && step < 48, "checkpoint of step " + step);

    int[][] threadsAndWorkers = {{1, 0}, {2, 1}, {3, 3}};
    for (int[] t : threadsAndWorkers) {
      Path copy = copy(killed, "killed-" + t[0] + "-" + t[1]);
      Chagres.Outcome o = Chagres.run("train", "--resume", copy, "--threads", t[0], "--workers", t[1]);
      assertEquals(0, o.code(), o.err());
      assertTrue(o.out().contains("going on with"), o.out());
      assertSame(whole, copy, t[0] + " threads, " + t[1] + " workers");
    }
  }

  @Test
  void threadsAndWorkersDoNotMatter() {
    for (int[] t : new int[][] {{1, 3}, {3, 0}}) {
      Path other = temp.resolve("other-" + t[0]);
      assertEquals(0, Chagres.run(training(other, 3, "--threads", t[0], "--workers", t[1])).code());
      assertSame(whole, other, t[0] + " threads, " + t[1] + " workers");
    }
  }

  @Test
  void anotherSeedGivesOtherBits() {
    Path other = temp.resolve("seed");
    List<Object> arguments = training(other, 3);
    arguments.set(arguments.indexOf("--seed") + 1, 8);
    assertEquals(0, Chagres.run(arguments).code());
    assertNotEquals(tensors(whole.resolve("last.safetensors")), tensors(other.resolve("last.safetensors")));
  }

  @Test
  void ctrlCSavesACheckpointAndExitsWith130() throws Exception {
    assumeFalse(ignoresInterrupts(), "this process was started with SIGINT ignored, and so are its children");
    signalled("INT", 130);
  }

  @Test
  void sigtermSavesACheckpointAndExitsWith143() throws Exception {
    signalled("TERM", 143);
  }

  /** A shell starts background jobs so; a JVM started with the signal ignored leaves it ignored. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return false;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("SigIgn:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1L << 1) != 0;
      }
    }
    return false;
  }

  private static void signalled(String signal, int code) throws Exception {
    Path run = temp.resolve("signal-" + signal);
    // No checkpoints within an epoch but the one that the signal causes, and more epochs than the test has patience for.
    Process process = Chagres.start(
        run, List.of(), training(run, 100_000, "--threads", 2, "--checkpoint-every", 0));
    afterCheckpoints(run, 2, process);
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor());
    Chagres.Outcome o = Chagres.end(run, process);
    assertEquals(code, o.code(), o.err());
    assertTrue(o.out().contains("stopped; a checkpoint is saved, go on with --resume " + run), o.out());
    Map<String, String> meta = SafetensorsFile.open(run.resolve("last.safetensors")).metadata();
    int epoch = Integer.parseInt(meta.get("loader.epoch"));
    assertTrue(epoch >= 2, "epoch " + epoch);
    assertEquals(epoch, EpochLog.read(run.resolve("epochs.csv")).size());

    // Goes on from there: one epoch more in a run that asks for no more.
    Path configuration = run.resolve("configuration.json");
    Files.writeString(
        configuration, Files.readString(configuration).replace("\"100000\"", "\"" + (epoch + 1) + "\""));
    Chagres.Outcome on = Chagres.run("train", "--resume", run);
    assertEquals(0, on.code(), on.err());
    assertTrue(on.out().contains("at step " + meta.get("progress.step") + " "), on.out());
    assertEquals(epoch + 1, EpochLog.read(run.resolve("epochs.csv")).size());
  }

  @Test
  void aRunKilledBeforeItsFirstCheckpointBeginsAnew() throws IOException {
    Path early = copy(whole, "early");
    Files.delete(early.resolve("last.safetensors"));
    Files.delete(early.resolve("best.safetensors"));
    Chagres.Outcome o = Chagres.run("train", "--resume", early);
    assertEquals(0, o.code(), o.err());
    assertTrue(o.out().contains("no checkpoint yet in " + early), o.out());
    assertSame(whole, early, "from the beginning");
  }

  @Test
  void resumingAFinishedRunChangesNothing() throws IOException {
    Path done = copy(whole, "done");
    FileTime before = Files.getLastModifiedTime(done.resolve("last.safetensors"));
    assertEquals(0, Chagres.run("train", "--resume", done).code());
    assertEquals(before, Files.getLastModifiedTime(done.resolve("last.safetensors")));
    assertSame(whole, done, "finished");
  }

  /** Waits until the checkpoint has been replaced so many times. */
  private static void afterCheckpoints(Path run, int count, Process process) throws Exception {
    Path last = run.resolve("last.safetensors");
    boolean inodes = FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    Object seen = "";
    for (int n = 0; n < count;) {
      assertTrue(process.isAlive(), () -> "ended early: " + Chagres.text(Chagres.err(run)));
      try {
        Object now = inodes
            ? Files.getAttribute(last, "unix:ctime") + " " + Files.getAttribute(last, "unix:ino")
            : Files.getLastModifiedTime(last);
        if (!now.equals(seen)) {
          seen = now;
          n++;
        }
      } catch (NoSuchFileException e) {
        seen = "";
      }
      Thread.sleep(1);
    }
  }

  private static Path copy(Path run, String name) throws IOException {
    Path to = Files.createDirectories(temp.resolve(name));
    try (Stream<Path> files = Files.list(run)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  private static void assertSame(Path expected, Path got, String how) {
    for (String file : List.of("best.safetensors", "last.safetensors")) {
      assertEquals(tensors(expected.resolve(file)), tensors(got.resolve(file)), how + ": " + file);
    }
    assertEquals(figures(expected), figures(got), how);
  }

  /** Every tensor's bytes, as they lie in the file. */
  private static Map<String, String> tensors(Path file) {
    Map<String, String> all = new TreeMap<>();
    for (Entry e : SafetensorsFile.open(file).entries()) {
      byte[] bytes = e.data().toArray(ValueLayout.JAVA_BYTE);
      all.put(e.name(), bytes.length + " bytes " + Arrays.hashCode(bytes));
    }
    return all;
  }

  private static List<Epoch> figures(Path run) {
    return EpochLog.read(run.resolve("epochs.csv")).stream()
        .map(e -> new Epoch(e.epoch(), e.trainLoss(), e.valLoss(), e.valAccuracy(), e.lr(), 0))
        .toList();
  }
}

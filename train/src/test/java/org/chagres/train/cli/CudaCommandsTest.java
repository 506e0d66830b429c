package org.chagres.train.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.chagres.bindings.Library;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.train.cuda.Gpu;
import org.chagres.train.report.EpochLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code --device cuda} of the commands, and what {@code info} says of GPUs. */
@Timeout(240)
final class CudaCommandsTest {

  @TempDir private Path temp;

  private Chagres.Outcome train(Path data, String out, Object... more) {
    Object[] usual = {"train", "--dataset", "mnist", "--data", data, "--model", "mlp", "--epochs", 2, "--batch", 32,
      "--augment", "crop,flip", "--out", temp.resolve(out)};
    return Chagres.run(List.of(usual), List.of(more));
  }

  @Test
  void trainsEvaluatesAndPredictsThere() throws IOException {
    Path data = SmallData.mnist(temp.resolve("data"), 160, 40);
    Path image = SmallData.image(temp.resolve("image.png"), 1, 28, 28, 3);
    try (Gpu gpu = Gpu.open()) {
      assertEquals(0, train(data, "cpu").code());
      Chagres.Outcome there = train(data, "gpu", "--device", "cuda");
      assertEquals(0, there.code(), there.err());
      assertTrue(there.out().contains(", cuda:0, "), there.out());
      Chagres.Outcome replayed = train(data, "replayed", "--device", "cuda:0", "--replay", "--resident");
      assertEquals(0, replayed.code(), replayed.err());
      assertArrayEquals(Files.readAllBytes(temp.resolve("gpu/best.safetensors")),
          Files.readAllBytes(temp.resolve("replayed/best.safetensors")));
      var here = EpochLog.resume(RunFolder.open(temp.resolve("cpu")).log(), 2).epochs();
      var gpus = EpochLog.resume(RunFolder.open(temp.resolve("gpu")).log(), 2).epochs();
      for (int e = 0; e < 2; e++) {
        assertEquals(here.get(e).trainLoss(), gpus.get(e).trainLoss(), 1e-3);
      }
      Chagres.Outcome narrow = train(data, "bf16", "--device", "cuda", "--bf16");
      assertEquals(0, narrow.code(), narrow.err());
      for (Object[] command : new Object[][] {{"eval", "--run", temp.resolve("gpu"), "--batch", 16},
        {"predict", image, "--run", temp.resolve("gpu")}}) {
        Chagres.Outcome cpu = Chagres.run(command);
        Chagres.Outcome cuda = Chagres.run(List.of(command), "--device", "cuda");
        assertEquals(0, cuda.code(), cuda.err());
        assertEquals(cpu.out(), cuda.out());
      }
    }
  }

  @Test
  void whatThereIsNotIsAWrongCall() throws IOException {
    Path data = SmallData.mnist(temp.resolve("data"), 64, 10);
    try (FakeCuda none = FakeCuda.builder().devices(0).install()) {
      for (Object[] command : new Object[][] {{"train", "--out", temp.resolve("run")}, {"eval"},
        {"predict", "x.png"}}) {
        Chagres.Outcome o = Chagres.run(List.of(command), "--device", "cuda");
        assertEquals(2, o.code(), o.err());
        assertTrue(o.err().startsWith("chagres: --device cuda: "), o.err());
        assertTrue(o.err().contains("There is no CUDA device"), o.err());
        assertEquals(1, o.err().lines().count(), o.err());
      }
    }
    try (Gpu gpu = Gpu.open()) {
      Chagres.Outcome beyond = train(data, "beyond", "--device", "cuda:7");
      assertEquals(2, beyond.code(), beyond.err());
      assertTrue(beyond.err().contains("there is no device cuda:7"), beyond.err());
    }
    Chagres.Outcome narrow = train(data, "narrow", "--bf16");
    assertEquals(2, narrow.code(), narrow.err());
    assertTrue(narrow.err().contains("--bf16: only a GPU has it"), narrow.err());
    assertTrue(Files.notExists(temp.resolve("narrow")));
  }

  @Test
  void infoTellsOfEachLibraryAndDevice() {
    try (FakeCuda two = FakeCuda.builder().devices(2).install()) {
      String out = Chagres.run("info", "--warm", "0.1").out();
      for (String part : List.of("device      cuda: cuda:0", "device      cuda: cuda:1", "9.0", "cuDNN ", "cuBLAS ",
          "driver for CUDA 13.0")) {
        assertTrue(out.contains(part), part + " in " + out);
      }
    }
    try (FakeCuda lacking = FakeCuda.builder().without(Library.CUDNN).install()) {
      String out = Chagres.run("info", "--warm", "0.1").out();
      assertTrue(out.lines().anyMatch(l -> l.startsWith("device      cuda: ") && l.contains("cuDNN")), out);
    }
    FakeCuda.Builder bare = FakeCuda.builder();
    for (Library library : Library.values()) {
      bare.without(library);
    }
    try (FakeCuda none = bare.install()) {
      String out = Chagres.run("info", "--warm", "0.1").out();
      List<String> lines = out.lines().filter(l -> l.startsWith("device      cuda: ")).toList();
      assertEquals(1, lines.size(), out);
      assertTrue(lines.getFirst().contains("install it with "), out);
    }
  }
}

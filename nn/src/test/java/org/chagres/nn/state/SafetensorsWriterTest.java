package org.chagres.nn.state;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
  @TempDir Path folder;

  private static Entry floats(String name, float... values) {
    return Entry.of(name, DType.F32, new long[] {values.length}, MemorySegment.ofArray(values));
  }

  private void assertOnly(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(names), files.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lr_cosine", "reduce_sum_dim", "embedding", "add_0"})
  void writesTheBytesOfTheReferenceImplementation(String name) throws Exception {
    Path recorded = Path.of(SafetensorsWriterTest.class.getResource("/oracle/" + name + ".safetensors").toURI());
    SafetensorsFile file = SafetensorsFile.open(recorded);
    List<Entry> shuffled = new ArrayList<>(file.entries());
    Collections.shuffle(shuffled, new Random(1));
    Path copy = folder.resolve("copy");
    SafetensorsWriter.write(copy, shuffled, file.metadata());
    assertArrayEquals(Files.readAllBytes(recorded), Files.readAllBytes(copy));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Random random = new Random(7);
    List<Entry> entries = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (StoredType type : StoredType.values()) {
        for (long[] shape : new long[][] {{}, {0}, {3}, {2, 0, 5}, {3, 5, 7}}) {
          MemorySegment data = arena.allocate(Entry.bytes(type, shape));
          for (long i = 0; i < data.byteSize(); i++) {
            data.set(JAVA_BYTE, i, (byte) random.nextInt());
          }
          String name = "layer.ü\"\\\n." + type + "." + shape.length + "." + data.byteSize();
          entries.add(new Entry(name, type, shape, data));
        }
      }
      Map<String, String> metadata = Map.of("epoch", "3", "json", "{\"a\": [1, \"\\u00e9\"]}", "", "",
          "\u0001", "\uD83D\uDE00");
      Path path = folder.resolve("all.safetensors");
      SafetensorsWriter.write(path, entries, metadata);
      SafetensorsFile file = SafetensorsFile.open(path);
      assertEquals(metadata, file.metadata());
      assertEquals(entries.size(), file.entries().size());
      for (Entry expected : entries) {
        Entry actual = file.get(expected.name());
        assertEquals(expected.type(), actual.type());
        assertArrayEquals(expected.shape(), actual.shape());
        assertEquals(-1, expected.data().mismatch(actual.data()), expected.name());
        assertEquals(0, actual.data().address() % actual.type().bytes(), "alignment of " + expected.name());
      }
    }
    assertOnly("all.safetensors");
  }

  @Test
  void replacesTheFileItWasReadFrom() throws IOException {
    Path path = folder.resolve("a.safetensors");
    SafetensorsWriter.write(path, List.of(floats("x", 1, 2, 3)), Map.of());
    Entry old = SafetensorsFile.open(path).get("x");
    Entry kept = new Entry("y", old.type(), old.shape(), old.data());
    SafetensorsWriter.write(path, List.of(floats("x", 4), kept), Map.of());
    assertArrayEquals(new float[] {1, 2, 3}, old.data().toArray(JAVA_FLOAT));
    SafetensorsFile file = SafetensorsFile.open(path);
    assertArrayEquals(new float[] {4}, file.get("x").data().toArray(JAVA_FLOAT));
    assertArrayEquals(new float[] {1, 2, 3}, file.get("y").data().toArray(JAVA_FLOAT));
    assertOnly("a.safetensors");
  }

  @Test
  void dataBeyondOneChunkIsWrittenWhole() {
    float[] values = new float[(1 << 22) + 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path path = folder.resolve("large");
    SafetensorsWriter.write(path, List.of(floats("heap", values)), Map.of());
    MemorySegment read = SafetensorsFile.open(path).get("heap").data();
    assertEquals(-1, read.mismatch(MemorySegment.ofArray(values)));
    Path again = folder.resolve("again");
    SafetensorsWriter.write(again, SafetensorsFile.open(path).entries(), Map.of());
    assertEquals(-1, SafetensorsFile.open(again).get("heap").data().mismatch(read));
  }

  @Test
  void metadataKeepsItsOrderOrIsSorted() {
    Map<String, String> ordered = new LinkedHashMap<>();
    ordered.put("z", "1");
    ordered.put("a", "2");
    Path path = folder.resolve("m");
    SafetensorsWriter.write(path, List.of(), ordered);
    assertEquals(List.of("z", "a"), List.copyOf(SafetensorsFile.open(path).metadata().keySet()));
    SafetensorsWriter.write(path, List.of(), Map.of("z", "1", "b", "2", "a", "3"));
    assertEquals(List.of("a", "b", "z"), List.copyOf(SafetensorsFile.open(path).metadata().keySet()));
  }

  @Test
  void refusesNamesThatCannotBeWritten() throws IOException {
    Path path = folder.resolve("n");
    for (List<Entry> entries : List.of(List.of(floats("a", 1), floats("a", 2)), List.of(floats("__metadata__", 1)),
        List.of(floats("\uD800", 1)))) {
      assertThrows(IllegalArgumentException.class, () -> SafetensorsWriter.write(path, entries, Map.of()));
    }
    assertThrows(IllegalArgumentException.class, () -> SafetensorsWriter.write(path, List.of(), Map.of("a", "\uDC00")));
    assertOnly();
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path path = folder.resolve("a");
    Files.writeString(path, "old");
    String message = assertThrows(StateException.class, () -> AtomicFile.write(path, channel -> {
      channel.write(java.nio.ByteBuffer.wrap(new byte[1000]));
      throw new FileSystemException("x", "y", "No space left on device");
    })).getMessage();
    assertTrue(message.contains(path.toString()) && message.contains("No space left on device"), message);
    assertThrows(IllegalStateException.class, () -> AtomicFile.write(path, channel -> {
      throw new IllegalStateException("the memory has been closed");
    }));
    assertEquals("old", Files.readString(path));
    assertOnly("a");
  }

  @Test
  void anInterruptedWriteLeavesTheOldFile() throws IOException {
    Path path = folder.resolve("a");
    Files.writeString(path, "old");
    Thread.currentThread().interrupt();
    StateException e = assertThrows(StateException.class,
        () -> SafetensorsWriter.write(path, List.of(floats("x", 1)), Map.of()));
    assertTrue(Thread.interrupted());
    assertTrue(e.getMessage().contains("interrupted"), e.getMessage());
    assertEquals("old", Files.readString(path));
    assertOnly("a");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path missing = folder.resolve("missing").resolve("a");
    String message = assertThrows(StateException.class, () -> SafetensorsWriter.write(missing, List.of(), Map.of()))
        .getMessage();
    assertTrue(message.contains("missing") && message.contains("no such file or folder"), message);
    String isFolder = assertThrows(StateException.class, () -> SafetensorsWriter.write(folder, List.of(), Map.of()))
        .getMessage();
    assertTrue(isFolder.contains("is a folder"), isFolder);
    assertOnly();
    assumeTrue(Files.isDirectory(Path.of("/proc")));
    assertThrows(StateException.class, () -> SafetensorsWriter.write(Path.of("/proc/a"), List.of(), Map.of()));
  }
}

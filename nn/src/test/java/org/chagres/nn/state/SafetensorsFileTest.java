package org.chagres.nn.state;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
  @TempDir Path folder;

  private SafetensorsFile open(byte[] bytes) {
    return SafetensorsFile.open(RawFile.write(folder, bytes));
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
  }

  @Test
  void readsEveryType() {
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (StoredType type : StoredType.values()) {
      int end = at + 6 * type.bytes();
      header.append("\"").append(type).append("\":")
          .append(tensor(type.name(), "[2,3]", "[" + at + "," + end + "]")).append(",");
      at = end;
    }
    header.setCharAt(header.length() - 1, '}');
    SafetensorsFile file = open(RawFile.bytes(header.toString(), at));
    assertEquals(StoredType.values().length, file.entries().size());
    for (StoredType type : StoredType.values()) {
      Entry entry = file.get(type.name());
      assertEquals(type, entry.type());
      assertArrayEquals(new long[] {2, 3}, entry.shape());
      assertEquals(6, entry.elements());
      assertTrue(entry.data().isReadOnly() && entry.data().isMapped());
      type.dtype().ifPresent(d -> assertEquals(type, StoredType.of(d)));
    }
    assertEquals(DType.values().length, file.entries().stream().filter(e -> e.type().dtype().isPresent()).count());
  }

  @Test
  void entriesComeInFileOrderAndTheirDataIsTheirs() {
    byte[] bytes = RawFile.bytes("{\"b\":" + tensor("U8", "[2]", "[3,5]") + ",\"a\":" + tensor("I8", "[3]", "[0,3]")
        + ",\"scalar\":" + tensor("U8", "[]", "[5,6]") + ",\"none\":" + tensor("F32", "[0,7]", "[6,6]") + "}", 6);
    for (int i = 0; i < 6; i++) {
      bytes[bytes.length - 6 + i] = (byte) (10 + i);
    }
    SafetensorsFile file = open(bytes);
    assertEquals(List.of("a", "b", "scalar", "none"), file.entries().stream().map(Entry::name).toList());
    assertArrayEquals(new byte[] {13, 14}, file.get("b").data().toArray(JAVA_BYTE));
    assertArrayEquals(new byte[] {15}, file.get("scalar").data().toArray(JAVA_BYTE));
    assertEquals(0, file.get("none").elements());
    assertTrue(file.contains("a"));
    assertFalse(file.contains("c"));
    assertTrue(file.metadata().isEmpty());
    String message = assertThrows(SafetensorsException.class, () -> file.get("c")).getMessage();
    assertTrue(message.contains("raw.safetensors") && message.contains("\"c\""), message);
  }

  @Test
  void readsWhatTheReferenceImplementationWrote() throws Exception {
    Path path = Path.of(SafetensorsFileTest.class.getResource("/oracle/lr_cosine.safetensors").toURI());
    SafetensorsFile file = SafetensorsFile.open(path);
    assertEquals("lr_schedule", file.metadata().get("op"));
    assertTrue(file.metadata().get("attrs").startsWith("{\"schedule\": \"cosine\""));
    assertArrayEquals(new long[] {60}, file.get("lr").shape());
    assertEquals(0.1f, file.get("lr").toFloat32().data().get(JAVA_FLOAT_UNALIGNED, 0));
  }

  @Test
  void anEmptyFileOfTensorsAndUnknownFieldsAreFine() {
    assertTrue(open(RawFile.bytes("{}", 0)).entries().isEmpty());
    assertTrue(open(RawFile.bytes("{\"__metadata__\":{\"a\":\"b\"}}   ", 0)).metadata().equals(Map.of("a", "b")));
    String more = "{\"a\":{\"note\":[1,{\"x\":null}],\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    assertEquals(1, open(RawFile.bytes(more, 1)).entries().size());
  }

  @Test
  void convertsFloatsToFloat32() {
    MemorySegment half = MemorySegment.ofArray(new short[] {0x3C00, (short) 0xC000, 0x7C00, 0x0001, 0x7E00});
    Entry f16 = new Entry("h", StoredType.F16, new long[] {5}, half).toFloat32();
    assertEquals(StoredType.F32, f16.type());
    assertArrayEquals(new float[] {1, -2, Float.POSITIVE_INFINITY, 0x1p-24f, Float.NaN},
        f16.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT));
    MemorySegment brain = MemorySegment.ofArray(new short[] {0x3F80, (short) 0xC049});
    assertArrayEquals(new float[] {1, -3.140625f}, new Entry("b", StoredType.BF16, new long[] {2}, brain).toFloat32()
        .data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT));
    Entry f32 = new Entry("f", StoredType.F32, new long[] {}, MemorySegment.ofArray(new float[] {3}));
    assertSame(f32, f32.toFloat32());
    Entry i64 = new Entry("i", StoredType.I64, new long[] {1}, MemorySegment.ofArray(new long[] {3}));
    assertThrows(IllegalArgumentException.class, i64::toFloat32);
  }

  @Test
  void entriesAreChecked() {
    MemorySegment four = MemorySegment.ofArray(new float[4]);
    assertThrows(IllegalArgumentException.class, () -> new Entry("x", StoredType.F32, new long[] {3}, four));
    assertThrows(IllegalArgumentException.class, () -> new Entry("x", StoredType.F32, new long[] {-2, -2}, four));
    assertThrows(IllegalArgumentException.class,
        () -> new Entry("x", StoredType.F32, new long[] {1L << 62, 1L << 62}, four));
  }

  static List<Arguments> lies() {
    String one = tensor("F32", "[2]", "[0,8]");
    return List.of(
        // the text of the file's header, bytes of data, what the message must say
        Arguments.of("{\"a\":" + tensor("F4", "[2]", "[0,8]") + "}", 8, "tensor \"a\": dtype \"F4\" is not supported"),
        Arguments.of("{\"a\":" + tensor("f32", "[2]", "[0,8]") + "}", 8, "dtype \"f32\""),
        Arguments.of("{\"a\":" + tensor("F32", "[3]", "[0,8]") + "}", 8, "takes 12 bytes"),
        Arguments.of("{\"a\":" + tensor("F32", "[-2]", "[0,8]") + "}", 8, "shape holds \"-2\""),
        Arguments.of("{\"a\":" + tensor("F32", "[-1,-2]", "[0,8]") + "}", 8, "shape holds \"-1\""),
        Arguments.of("{\"a\":" + tensor("F32", "[2.0]", "[0,8]") + "}", 8, "whole numbers"),
        Arguments.of("{\"a\":" + tensor("F32", "[\"2\"]", "[0,8]") + "}", 8, "whole numbers"),
        Arguments.of("{\"a\":" + tensor("F32", "[true]", "[0,8]") + "}", 8, "whole numbers"),
        Arguments.of("{\"a\":" + tensor("F32", "[[2]]", "[0,8]") + "}", 8, "whole numbers"),
        Arguments.of("{\"a\":" + tensor("F32", "2", "[0,8]") + "}", 8, "shape must be an array"),
        Arguments.of("{\"a\":" + tensor("F32", "null", "[0,8]") + "}", 8, "shape must be an array"),
        Arguments.of("{\"a\":" + tensor("F32", "{}", "[0,8]") + "}", 8, "shape must be an array"),
        Arguments.of("{\"a\":" + tensor("F32", "[4611686018427387904,4]", "[0,8]") + "}", 8, "overflows"),
        Arguments.of("{\"a\":" + tensor("F32", "[4611686018427387904]", "[0,8]") + "}", 8, "overflows"),
        Arguments.of("{\"a\":" + tensor("F32", "[99999999999999999999999]", "[0,8]") + "}", 8, "shape holds \"9999"),
        Arguments.of("{\"a\":" + tensor("F32", "[" + "1,".repeat(64) + "2]", "[0,8]") + "}", 8, "more than 64"),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[8,0]") + "}", 8, "a begin and an end"),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[0]") + "}", 8, "a begin and an end"),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[0,8,8]") + "}", 8, "more than 2"),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[-8,0]") + "}", 8, "data_offsets holds \"-8\""),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[0,1e1]") + "}", 8, "whole numbers"),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[0,8]") + "}", 4, "outside the data of 4 bytes"),
        Arguments.of("{\"a\":" + tensor("U8", "[9223372036854775807]", "[0,9223372036854775807]") + "}", 4, "outside"),
        Arguments.of("{\"a\":" + tensor("F32", "[2]", "[8,16]") + "}", 16, "there is a hole"),
        Arguments.of("{\"a\":" + one + ",\"b\":" + tensor("F32", "[2]", "[4,12]") + "}", 12, "they overlap"),
        Arguments.of("{\"a\":" + one + ",\"b\":" + one + "}", 8, "they overlap"),
        Arguments.of("{\"a\":" + one + ",\"b\":" + tensor("F32", "[1]", "[12,16]") + "}", 16, "there is a hole"),
        Arguments.of("{\"a\":" + one + "}", 9, "end at 8, the data has 9"),
        Arguments.of("{}", 1, "end at 0, the data has 1"),
        Arguments.of("{\"a\":" + one + ",\"a\":" + one + "}", 8, "Duplicate"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
            "Duplicate"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "lacks"),
        Arguments.of("{\"a\":{\"dtype\":1,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "dtype must be a string"),
        Arguments.of("{\"a\":[1]}", 8, "expected a JSON object"),
        Arguments.of("{\"a\":null}", 8, "expected a JSON object"),
        Arguments.of("{\"__metadata__\":{\"a\":1}}", 0, "must be a string"),
        Arguments.of("{\"__metadata__\":{\"a\":{}}}", 0, "must be a string"),
        Arguments.of("{\"__metadata__\":\"a\"}", 0, "expected a JSON object"),
        Arguments.of("{\"__metadata__\":{\"a\":\"\\uD800\"}}", 0, "half a character"),
        Arguments.of("{\"\\uD800\":" + one + "}", 8, "surrogate"),
        Arguments.of("{\"a\":{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}}", 0, "nesting depth"),
        Arguments.of("{\"a\":" + one, 8, "not valid JSON"),
        Arguments.of("{\"a\":" + one + "}}", 8, "not valid JSON"),
        Arguments.of("{\"a\":" + one + "} x", 8, "not valid JSON"),
        Arguments.of("{\"a\":" + one + "}\0\0", 8, "not valid JSON"),
        Arguments.of("{\"a\":" + one + "}{}", 8, "goes on after"),
        Arguments.of("{'a':" + one + "}", 8, "not valid JSON"),
        Arguments.of("{\"a\":" + one + ",}", 8, "not valid JSON"),
        Arguments.of(" {}", 0, "starts at its first byte"),
        Arguments.of("\uFEFF{}", 0, ""),
        Arguments.of("[]", 0, "must be a JSON object"),
        Arguments.of("12", 0, "must be a JSON object"),
        Arguments.of("    ", 0, "must be a JSON object"),
        Arguments.of("\0\0\0\0", 0, "not valid JSON"));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void refusesHeadersThatLie(String header, int dataBytes, String says) {
    byte[] bytes = RawFile.bytes(header, dataBytes);
    String message = assertThrows(SafetensorsException.class, () -> open(bytes)).getMessage();
    assertTrue(message.contains("raw.safetensors: ") && message.contains(says), message);
    assertTrue(message.length() < 1000, message);
  }

  @Test
  void refusesHeaderLengthsThatLie() {
    byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
    long[] lengths = {0, 1, 3, 100, 99_999_999, 100_000_001, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1};
    for (long length : lengths) {
      byte[] bytes = RawFile.bytes(length, header, 0);
      String message = assertThrows(SafetensorsException.class, () -> open(bytes)).getMessage();
      assertTrue(message.contains(Long.toUnsignedString(length)), message);
    }
    for (int length = 0; length < 10; length++) {
      byte[] cut = java.util.Arrays.copyOf(RawFile.bytes("{}", 0), length);
      assertThrows(SafetensorsException.class, () -> open(cut));
    }
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    for (String text : new String[] {"{\"\u00ff\":1}", "{\"\u00c0\u0080\":1}", "{\"\u00ed\u00a0\u0080\":1}"}) {
      byte[] header = text.getBytes(StandardCharsets.ISO_8859_1);
      String message = assertThrows(SafetensorsException.class,
          () -> open(RawFile.bytes(header.length, header, 0))).getMessage();
      assertTrue(message.contains("not valid UTF-8"), message);
    }
    for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      byte[] header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}".getBytes(charset);
      assertThrows(SafetensorsException.class, () -> open(RawFile.bytes(header.length, header, 0)));
    }
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] sound = RawFile.bytes("{\"a\":" + tensor("F32", "[2]", "[0,8]") + "}", 8);
    open(sound);
    for (int length = 0; length < sound.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(sound, length);
      assertThrows(SafetensorsException.class, () -> open(cut));
    }
  }

  @Test
  void aHugeFileOfZerosIsRefusedAtOnce() throws IOException {
    Path path = folder.resolve("sparse");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(java.nio.ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(100_000_000).array());
      file.setLength(1L << 36);
    }
    assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(path));
  }

  @Test
  void whatIsNoFileIsToldSo() throws Exception {
    String message = assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(folder)).getMessage();
    assertTrue(message.contains("is a folder"), message);
    Path missing = folder.resolve("missing");
    message = assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(missing)).getMessage();
    assertTrue(message.contains("no such file"), message);
    Path device = Path.of("/dev/zero");
    if (Files.exists(device)) {
      message = assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(device)).getMessage();
      assertTrue(message.contains("not a regular file"), message);
    }
  }
}

package org.chagres.nn.state;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Disturbs sound files at random and opens them. What opens must be readable to its last byte and survive being
 * written and read again; what doesn't must be refused with a {@link SafetensorsException} and nothing else.
 *
 * <p>Run for a while with {@code SafetensorsFuzz SECONDS SEED}; a find is printed as hexadecimal.
 */
final class SafetensorsFuzz {
  private static final String[] TOKENS = {
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\uD800", "null", "true", "-1", "0", "1", "1e9", "0.5", "00",
    "NaN", "9223372036854775807", "9223372036854775808", "18446744073709551616", "4611686018427387904",
    "__metadata__", "\"dtype\"",
    "\"shape\":[0]", "\"data_offsets\":[0,0]", "\"F32\"", "\"BF16\"", "\u00ff", "\u0000", " ", "[[[[", "{\"a\":"
  };

  private final Random random;
  private final Path folder;
  private final List<byte[]> seeds;
  private int opened;
  private int refused;

  /** Starts from a few small sound files. */
  SafetensorsFuzz(long seed, Path folder) throws IOException {
    this.random = new Random(seed);
    this.folder = folder;
    this.seeds = seeds(folder);
  }

  public static void main(String[] args) throws IOException {
    long seconds = Long.parseLong(args[0]);
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    SafetensorsFuzz fuzz = new SafetensorsFuzz(seed, Files.createTempDirectory("fuzz"));
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (System.nanoTime() < end) {
      fuzz.round();
    }
    System.out.println("seed " + seed + ": " + fuzz.opened + " opened, " + fuzz.refused + " refused");
  }

  int opened() {
    return opened;
  }

  int refused() {
    return refused;
  }

  /** One disturbed file. */
  void round() {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      bytes = disturb(bytes);
    }
    if (random.nextInt(4) > 0 && bytes.length >= 8) {
      claimTheRightLength(bytes);
    }
    try {
      check(bytes);
    } catch (RuntimeException | Error | IOException e) {
      throw new AssertionError("found: " + HexFormat.of().formatHex(bytes), e);
    }
  }

  /** Opens a file and, if it opens, reads and rewrites it. */
  void check(byte[] bytes) throws IOException {
    Path path = folder.resolve("fuzz.safetensors");
    // never in place: an older file of this name may still be mapped
    Files.deleteIfExists(path);
    Files.write(path, bytes);
    SafetensorsFile file;
    try {
      file = SafetensorsFile.open(path);
    } catch (SafetensorsException _) {
      refused++;
      return;
    }
    opened++;
    for (Entry entry : file.entries()) {
      long sum = 0;
      for (long i = 0; i < entry.data().byteSize(); i++) {
        sum += entry.data().get(JAVA_BYTE, i);
      }
      long expected = entry.elements() * entry.type().bytes();
      if (expected != entry.data().byteSize() || sum == Long.MIN_VALUE) {
        throw new AssertionError(entry + " has " + entry.data().byteSize() + " bytes");
      }
      if (entry.type().isFloat()) {
        entry.toFloat32();
      }
    }
    if (opened % 32 == 0) {
      rewrite(file);
    }
  }

  private void rewrite(SafetensorsFile file) {
    Path copy = folder.resolve("copy.safetensors");
    SafetensorsWriter.write(copy, file.entries(), file.metadata());
    SafetensorsFile again = SafetensorsFile.open(copy);
    for (Entry entry : file.entries()) {
      Entry same = again.get(entry.name());
      if (same.type() != entry.type() || !Arrays.equals(same.shape(), entry.shape())
          || same.data().mismatch(entry.data()) != -1) {
        throw new AssertionError(entry + " became " + same);
      }
    }
    if (!again.metadata().equals(file.metadata())) {
      throw new AssertionError(file.metadata() + " became " + again.metadata());
    }
  }

  private byte[] disturb(byte[] bytes) {
    int headerEnd = Math.min(bytes.length, 400);
    int at = headerEnd == 0 ? 0 : random.nextInt(headerEnd);
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(20));
      case 2 -> with(bytes, at, (byte) random.nextInt());
      case 3 -> bytes.length == 0 ? bytes : with(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
      case 4 -> splice(bytes, at, 0, token());
      case 5 -> splice(bytes, at, random.nextInt(8), token());
      case 6 -> splice(bytes, at, 0, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(120))));
      default -> digit(bytes, at);
    };
  }

  private byte[] token() {
    return TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] with(byte[] bytes, int at, byte value) {
    if (at < bytes.length) {
      bytes[at] = value;
    }
    return bytes;
  }

  private byte[] digit(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] >= '0' && bytes[i] <= '9') {
        bytes[i] = (byte) ('0' + random.nextInt(10));
        break;
      }
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, int drop, byte[] insert) {
    int rest = Math.min(bytes.length, at + drop);
    return ByteBuffer.allocate(at + insert.length + bytes.length - rest)
        .put(bytes, 0, at).put(insert).put(bytes, rest, bytes.length - rest).array();
  }

  // else nearly every inserted or removed byte is refused for the shifted header alone
  private static void claimTheRightLength(byte[] bytes) {
    int end = bytes.length;
    while (end > 8 && bytes[end - 1] != '}') {
      end--;
    }
    while (end < bytes.length && bytes[end] == ' ') {
      end++;
    }
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, end - 8);
  }

  private static List<byte[]> seeds(Path folder) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (StoredType type : StoredType.values()) {
      byte[] data = new byte[6 * type.bytes()];
      entries.add(new Entry("block.0." + type, type, new long[] {2, 3}, MemorySegment.ofArray(data)));
    }
    Path path = folder.resolve("seed");
    List<byte[]> seeds = new ArrayList<>();
    SafetensorsWriter.write(path, entries, Map.of("op", "x", "attrs", "{\"a\": 1}"));
    seeds.add(Files.readAllBytes(path));
    SafetensorsWriter.write(path, entries.subList(3, 5), Map.of());
    seeds.add(Files.readAllBytes(path));
    Entry scalar = new Entry("s", StoredType.I8, new long[0], MemorySegment.ofArray(new byte[1]));
    SafetensorsWriter.write(path, List.of(scalar), Map.of("ü", "\uD83D\uDE00"));
    seeds.add(Files.readAllBytes(path));
    return seeds;
  }
}

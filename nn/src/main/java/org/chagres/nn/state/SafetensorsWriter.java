package org.chagres.nn.state;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes safetensors files, laid out as the format's reference implementation does: tensors by falling size of their
 * type, then by name, so that each is aligned; the header padded with spaces to a multiple of eight bytes.
 */
public final class SafetensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int CHUNK = 1 << 24;
  // by the names' bytes: the order of Java's strings differs beyond the basic plane
  private static final Comparator<Entry> ORDER = Comparator.comparing(Entry::type).reversed()
      .thenComparing(e -> e.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private SafetensorsWriter() {}

  /**
   * Writes a file or replaces it: see {@link AtomicFile}. The elements must be little endian, as memory is on every
   * machine this runs on, and must not be changed meanwhile.
   *
   * @param path the file; its folder must exist
   * @param entries the tensors, in any order
   * @param metadata free-form strings; written in the map's order if it has one, else sorted
   * @throws IllegalArgumentException if two tensors have one name, or a name can't be written
   * @throws StateException if the file can't be written; an older one is then untouched
   */
  public static void write(Path path, List<Entry> entries, Map<String, String> metadata) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(ORDER);
    checkNames(sorted, metadata);
    byte[] header = header(sorted, metadata instanceof SequencedMap<String, String> m ? m : new TreeMap<>(metadata));
    if (header.length > Header.MAX_BYTES) {
      throw new IllegalArgumentException("the header takes " + header.length + " bytes, the format allows "
          + Header.MAX_BYTES);
    }
    AtomicFile.write(path, channel -> {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length);
      writeFully(channel, length);
      writeFully(channel, ByteBuffer.wrap(header));
      for (Entry entry : sorted) {
        write(channel, entry.data());
      }
    });
  }

  private static void checkNames(List<Entry> entries, Map<String, String> metadata) {
    CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    Set<String> seen = new HashSet<>();
    for (Entry entry : entries) {
      if (entry.name().equals(Header.METADATA) || !utf8.canEncode(entry.name())) {
        throw new IllegalArgumentException(SafetensorsException.quote(entry.name()) + ": not a name a tensor may have");
      }
      if (!seen.add(entry.name())) {
        throw new IllegalArgumentException(SafetensorsException.quote(entry.name()) + ": two tensors have this name");
      }
    }
    metadata.forEach((key, value) -> {
      if (!utf8.canEncode(key) || !utf8.canEncode(value)) {
        throw new IllegalArgumentException("metadata " + SafetensorsException.quote(key) + ": half a character");
      }
    });
  }

  private static byte[] header(List<Entry> entries, SequencedMap<String, String> metadata) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(Header.METADATA);
        for (Map.Entry<String, String> m : metadata.entrySet()) {
          json.writeStringField(m.getKey(), m.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      for (Entry entry : entries) {
        long end = Math.addExact(at, entry.data().byteSize());
        long[] shape = entry.shape();
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", entry.type().name());
        json.writeFieldName("shape");
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {at, end}, 0, 2);
        json.writeEndObject();
        at = end;
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (bytes.size() % 8 != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }

  private static void write(FileChannel channel, MemorySegment data) throws IOException {
    // a heap segment of anything but bytes has no byte buffer: it goes through one
    boolean direct = data.isNative();
    byte[] copy = direct ? new byte[0] : new byte[(int) Math.min(CHUNK, data.byteSize())];
    for (long at = 0; at < data.byteSize(); at += CHUNK) {
      MemorySegment chunk = data.asSlice(at, Math.min(CHUNK, data.byteSize() - at));
      if (direct) {
        writeFully(channel, chunk.asByteBuffer());
      } else {
        MemorySegment.ofArray(copy).copyFrom(chunk);
        writeFully(channel, ByteBuffer.wrap(copy, 0, (int) chunk.byteSize()));
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}

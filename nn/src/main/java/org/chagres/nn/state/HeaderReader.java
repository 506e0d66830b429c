package org.chagres.nn.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Reads the header of a file that may lie. Parsed as a stream, never loaded whole, so a header costs no more memory
 * than the tensors it lists; every number is checked against the length of the file before it is used.
 */
final class HeaderReader {
  private static final int MAX_RANK = 64;

  private static final JsonFactory JSON = JsonFactory.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      // the caller's channel stays open
      .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
      // names come from outside: neither interned nor kept in the factory's shared table
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build())
      .build();

  private final Path path;
  private final JsonParser json;
  private final List<Header.Tensor> tensors = new ArrayList<>();
  private final LinkedHashMap<String, String> metadata = new LinkedHashMap<>();

  private HeaderReader(Path path, JsonParser json) {
    this.path = path;
    this.json = json;
  }

  /**
   * Reads and checks the header.
   *
   * @param path the file, for messages
   * @param channel the file, open for reading, at its start
   * @param size its length in bytes
   */
  static Header read(Path path, FileChannel channel, long size) throws IOException {
    if (size < 8) {
      throw new SafetensorsException(path, size == 0 ? "the file is empty"
          : "expected at least 8 bytes, the file has " + size);
    }
    ByteBuffer start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    while (start.hasRemaining()) {
      if (channel.read(start) < 0) {
        throw new SafetensorsException(path, "the file was cut short while it was read");
      }
    }
    long length = start.getLong(0);
    if (length < 2 || length > Header.MAX_BYTES) {
      throw new SafetensorsException(path, "header length " + Long.toUnsignedString(length)
          + " is not between 2 and " + Header.MAX_BYTES);
    }
    if (length > size - 8) {
      throw new SafetensorsException(path, "header length " + length + " exceeds the file of " + size + " bytes");
    }
    var decoder = StandardCharsets.UTF_8.newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
    Reader text = new InputStreamReader(new Bounded(Channels.newInputStream(channel), length), decoder);
    HeaderReader reader;
    try (JsonParser json = JSON.createParser(text)) {
      reader = new HeaderReader(path, json);
      reader.object();
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(path, "header is not valid JSON: "
          + SafetensorsException.quote(e.getOriginalMessage()));
    } catch (CharacterCodingException e) {
      throw new SafetensorsException(path, "header is not valid UTF-8");
    }
    return new Header(8 + length, reader.contiguous(size - 8 - length), reader.metadata);
  }

  private void object() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT || json.currentTokenLocation().getCharOffset() != 0) {
      throw new SafetensorsException(path, "header must be a JSON object that starts at its first byte");
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      wellFormed(name);
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new SafetensorsException(path, name, "expected a JSON object, got " + json.currentToken());
      }
      if (name.equals(Header.METADATA)) {
        metadata();
      } else {
        tensors.add(tensor(name));
      }
    }
    if (json.nextToken() != null) {
      throw new SafetensorsException(path, "header goes on after its JSON object");
    }
  }

  private void metadata() throws IOException {
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      wellFormed(key);
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new SafetensorsException(path, Header.METADATA + ": value of " + SafetensorsException.quote(key)
            + " must be a string, got " + json.currentToken());
      }
      metadata.put(key, wellFormed(json.getText()));
    }
  }

  private Header.Tensor tensor(String name) throws IOException {
    String dtype = "";
    long[] shape = null;
    long[] offsets = null;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      switch (field) {
        case "dtype" -> {
          if (value != JsonToken.VALUE_STRING) {
            throw new SafetensorsException(path, name, "dtype must be a string, got " + value);
          }
          dtype = json.getText();
        }
        case "shape" -> shape = numbers(name, "shape", MAX_RANK);
        case "data_offsets" -> offsets = numbers(name, "data_offsets", 2);
        // the reference implementation passes over fields it doesn't know
        default -> json.skipChildren();
      }
    }
    if (dtype.isEmpty() || shape == null || offsets == null) {
      throw new SafetensorsException(path, name, "lacks dtype, shape or data_offsets");
    }
    return checked(name, dtype, shape, offsets);
  }

  private Header.Tensor checked(String name, String dtype, long[] shape, long[] offsets) {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw new SafetensorsException(path, name, "data_offsets must be a begin and an end, got "
          + Arrays.toString(offsets));
    }
    StoredType type = StoredType.named(dtype).orElseThrow(
        () -> new SafetensorsException(path, name, "dtype " + SafetensorsException.quote(dtype) + " is not supported"));
    long bytes;
    try {
      bytes = Entry.bytes(type, shape);
    } catch (ArithmeticException _) {
      throw new SafetensorsException(path, name, "the size of " + type + " " + Arrays.toString(shape) + " overflows");
    }
    if (offsets[1] - offsets[0] != bytes) {
      throw new SafetensorsException(path, name, type + " " + Arrays.toString(shape) + " takes " + bytes
          + " bytes, data_offsets " + Arrays.toString(offsets) + " hold " + (offsets[1] - offsets[0]));
    }
    return new Header.Tensor(name, type, shape, offsets[0], offsets[1]);
  }

  /** An array of whole numbers of at least 0. */
  private long[] numbers(String name, String field, int most) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new SafetensorsException(path, name, field + " must be an array, got " + json.currentToken());
    }
    long[] numbers = new long[8];
    int n = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw new SafetensorsException(path, name, field + " must hold whole numbers, got " + json.currentToken());
      }
      // beyond a long: no file is as long
      if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER || json.getLongValue() < 0) {
        throw new SafetensorsException(path, name, field + " holds " + SafetensorsException.quote(json.getText()));
      }
      if (n == most) {
        throw new SafetensorsException(path, name, field + " has more than " + most + " numbers");
      }
      if (n == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * n);
      }
      numbers[n++] = json.getLongValue();
    }
    return Arrays.copyOf(numbers, n);
  }

  /** The tensors by offset, once it is known that they fill the data without overlap, hole or rest. */
  private List<Header.Tensor> contiguous(long dataBytes) {
    tensors.sort(Comparator.comparingLong(Header.Tensor::begin).thenComparingLong(Header.Tensor::end));
    long at = 0;
    for (Header.Tensor t : tensors) {
      if (t.begin() != at) {
        throw new SafetensorsException(path, t.name(), "starts at " + t.begin() + " but the one before it ends at " + at
            + (t.begin() < at ? ": they overlap" : ": there is a hole"));
      }
      if (t.end() > dataBytes) {
        throw new SafetensorsException(path, t.name(), "ends at " + t.end() + ", outside the data of "
            + dataBytes + " bytes");
      }
      at = t.end();
    }
    if (at != dataBytes) {
      throw new SafetensorsException(path, "the tensors end at " + at + ", the data has " + dataBytes + " bytes");
    }
    return tensors;
  }

  // JSON can escape half a surrogate pair, which no file could be written with again
  private String wellFormed(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new SafetensorsException(path, "header holds a string with half a character: "
          + SafetensorsException.quote(text));
    }
    return text;
  }

  /** The first bytes of a stream. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      int b = left == 0 ? -1 : in.read();
      left = b < 0 ? 0 : left - 1;
      return b;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = left == 0 && length > 0 ? -1 : in.read(into, offset, (int) Math.min(left, length));
      left = n < 0 ? 0 : left - n;
      return n;
    }
  }
}

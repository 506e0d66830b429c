package org.chagres.nn.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files put together by hand, sound or not. */
final class RawFile {

  private RawFile() {}

  /** The length of the header, the header, zeros. */
  static byte[] bytes(String header, int dataBytes) {
    byte[] h = header.getBytes(StandardCharsets.UTF_8);
    return bytes(h.length, h, dataBytes);
  }

  /** As {@link #bytes(String, int)}, with a header of any bytes and the length it claims. */
  static byte[] bytes(long claimed, byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(claimed).put(header).array();
  }

  static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(folder.resolve("raw.safetensors"), bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

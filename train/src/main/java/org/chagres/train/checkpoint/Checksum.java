package org.chagres.train.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.chagres.nn.tensor.Tensor;

/** CRC-32C (RFC 3720) over tensors and texts in the order of their names: a flipped bit on the disk is told, not trained on. */
final class Checksum {

  /** Its key in the metadata, which it does not count. */
  static final String KEY = "crc32c";

  private static final long MOST_AT_ONCE = 1 << 30;

  private final CRC32C crc = new CRC32C();

  private Checksum() {}

  /** Eight hexadecimal digits; tensors are contiguous and on the host. */
  static String of(Map<String, Tensor> tensors, Map<String, String> metadata) {
    Checksum sum = new Checksum();
    new TreeMap<>(metadata).forEach((key, text) -> {
      if (!key.equals(KEY)) {
        sum.add(key);
        sum.add(text);
      }
    });
    new TreeMap<>(tensors).forEach((key, t) -> {
      sum.add(key);
      sum.add(t.dtype() + Arrays.toString(t.shape()));
      sum.add(t.data().asSlice(0, t.count() * t.dtype().bytes()));
    });
    return HexFormat.of().toHexDigits((int) sum.crc.getValue());
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // The length first: "ab", "c" and "a", "bc" are not the same.
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    crc.update(bytes);
  }

  private void add(MemorySegment memory) {
    for (long at = 0; at < memory.byteSize(); at += MOST_AT_ONCE) {
      crc.update(memory.asSlice(at, Math.min(MOST_AT_ONCE, memory.byteSize() - at)).asByteBuffer());
    }
  }
}

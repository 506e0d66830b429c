package org.chagres.train.data.source;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.chagres.train.data.DataException;

/**
 * Takes named files out of a gzipped tar (POSIX.1-1988 ustar). Folders in the archive, links and everything else are
 * passed over, so no entry can write where it should not.
 */
final class Tar {
  private static final int BLOCK = 512;
  private static final int CHECKSUM_AT = 148;

  private Tar() {}

  /**
   * Unpacks.
   *
   * @param archive a .tar.gz
   * @param folder where the files go, flat
   * @param files names wanted, without folders; all must be there
   */
  static void unpack(Path archive, Path folder, List<String> files) {
    Set<String> missing = new HashSet<>(files);
    try (var in = new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16), 1 << 16)) {
      byte[] header = new byte[BLOCK];
      while (in.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
        checkSum(header, archive);
        long size = octal(header, 124, 12, archive);
        String path = text(header, 0, 100);
        String name = path.substring(path.lastIndexOf('/') + 1);
        boolean regular = header[156] == '0' || header[156] == 0;
        if (regular && missing.remove(name)) {
          copy(in, folder.resolve(name), size);
        } else {
          in.skipNBytes(size);
        }
        in.skipNBytes(-size & (BLOCK - 1));
      }
    } catch (EOFException e) {
      throw new DataException(archive + ": the archive ends early", e);
    } catch (IOException e) {
      throw new DataException(archive + ": cannot be unpacked: " + Reason.of(e), e);
    }
    if (!missing.isEmpty()) {
      throw new DataException(archive + ": expected " + files + " in the archive, did not find " + missing);
    }
  }

  private static void copy(InputStream in, Path file, long size) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = size; left > 0;) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (n < 0) {
          throw new EOFException();
        }
        out.write(buffer, 0, n);
        left -= n;
      }
    }
  }

  private static void checkSum(byte[] header, Path archive) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM_AT && i < CHECKSUM_AT + 8;
      sum += own ? ' ' : header[i] & 255;
    }
    long expected = octal(header, CHECKSUM_AT, 8, archive);
    if (sum != expected) {
      throw new DataException(archive + ": expected a tar header with sum " + expected + ", found " + sum);
    }
  }

  private static String text(byte[] header, int from, int length) {
    int end = from;
    while (end < from + length && header[end] != 0) {
      end++;
    }
    return new String(header, from, end - from, StandardCharsets.UTF_8);
  }

  private static long octal(byte[] header, int from, int length, Path archive) {
    String digits = text(header, from, length).trim();
    try {
      long value = digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new DataException(archive + ": expected an octal number in a tar header, found '" + digits + "'", e);
    }
    throw new DataException(archive + ": expected a size of 0 or more in a tar header, found " + digits);
  }
}

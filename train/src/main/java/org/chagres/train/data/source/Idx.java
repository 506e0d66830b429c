package org.chagres.train.data.source;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.chagres.train.data.DataException;

/**
 * The IDX format of MNIST: a magic number {@code 0x000008RR} (unsigned bytes, rank R), the dimensions as big-endian
 * 32-bit integers, the bytes. Plain files are mapped; gzipped ones, told by their first bytes, are unpacked once into
 * memory off-heap.
 *
 * @param name of the file, for messages
 * @param dims dimensions, each at least 1
 * @param data the bytes behind the header
 */
record Idx(String name, int[] dims, MemorySegment data) {
  private static final ValueLayout.OfInt BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Deflate cannot do better than this (zlib's technical notes: 1032:1), so a header that promises more is corrupt. */
  private static final long MOST_PER_PACKED_BYTE = 1032;

  /** Reads a file that must have the given rank. */
  static Idx read(Path file, int rank) {
    MemorySegment all = DataFile.map(file);
    String name = file.toString();
    if (all.byteSize() >= 2 && all.get(JAVA_BYTE, 0) == 0x1f && all.get(JAVA_BYTE, 1) == (byte) 0x8b) {
      try (InputStream in = Files.newInputStream(file)) {
        return unpack(in, all.byteSize(), name, rank);
      } catch (IOException e) {
        throw new DataException(name + ": cannot be read: " + Reason.of(e), e);
      }
    }
    int header = 4 + 4 * rank;
    byte[] head = all.asSlice(0, Math.min(header, all.byteSize())).toArray(JAVA_BYTE);
    int[] dims = header(head, name, rank);
    long bytes = count(dims, name);
    if (all.byteSize() != header + bytes) {
      throw new DataException(
          name + ": its header " + Arrays.toString(dims) + " makes a file of " + (header + bytes) + " bytes, found "
              + all.byteSize());
    }
    return new Idx(name, dims, all.asSlice(header, bytes));
  }

  /**
   * Unpacks a gzipped stream.
   *
   * @param packed the stream
   * @param packedBytes its length
   */
  static Idx unpack(InputStream packed, long packedBytes, String name, int rank) {
    try (var in = new GZIPInputStream(packed, 1 << 16)) {
      int[] dims = header(in.readNBytes(4 + 4 * rank), name, rank);
      long bytes = count(dims, name);
      if (bytes > packedBytes * MOST_PER_PACKED_BYTE) {
        throw new DataException(
            name + ": its header " + Arrays.toString(dims) + " promises " + bytes + " bytes, more than "
                + packedBytes + " packed bytes can hold");
      }
      MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
      byte[] buffer = new byte[1 << 16];
      for (long at = 0; at < bytes;) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, bytes - at));
        if (n < 0) {
          throw new DataException(name + ": expected " + bytes + " bytes after the header, found " + at);
        }
        MemorySegment.copy(buffer, 0, data, JAVA_BYTE, at, n);
        at += n;
      }
      if (in.read() >= 0) {
        throw new DataException(name + ": expected " + bytes + " bytes after the header, found more");
      }
      return new Idx(name, dims, data.asReadOnly());
    } catch (EOFException e) {
      throw new DataException(name + ": the gzip stream ends early", e);
    } catch (IOException e) {
      throw new DataException(name + ": the gzip stream is corrupt: " + e.getMessage(), e);
    }
  }

  private static int[] header(byte[] head, String name, int rank) {
    if (head.length < 4 + 4 * rank) {
      throw new DataException(
          name + ": expected an IDX header of " + (4 + 4 * rank) + " bytes, found " + head.length + " bytes in all");
    }
    MemorySegment h = MemorySegment.ofArray(head);
    int magic = h.get(BIG_ENDIAN, 0);
    if (magic != (0x800 | rank)) {
      throw new DataException(
          String.format("%s: expected the IDX magic number 0x%08x, found 0x%08x", name, 0x800 | rank, magic));
    }
    int[] dims = new int[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = h.get(BIG_ENDIAN, 4 + 4L * i);
    }
    return dims;
  }

  private static long count(int[] dims, String name) {
    long bytes = 1;
    for (int d : dims) {
      if (d < 1 || bytes > (1L << 40) / d) {
        throw new DataException(
            name + ": expected dimensions of at least 1 and 2^40 bytes at most, found " + Arrays.toString(dims));
      }
      bytes *= d;
    }
    return bytes;
  }
}

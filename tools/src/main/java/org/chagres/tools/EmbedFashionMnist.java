package org.chagres.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the data set that comes with the library: the first 10,000 training and the first 2,000 test images of
 * Fashion-MNIST.
 *
 * <p>Arguments: the folder of the four gzipped IDX files, as in Debian's package {@code dataset-fashion-mnist}, and
 * the folder to write to, {@code train/src/main/resources/org/chagres/train/data/embedded/fashion-mnist-10k}. The same
 * input gives the same bytes: Java's gzip header has no time in it.
 */
public final class EmbedFashionMnist {
  private static final int TRAIN = 10_000;
  private static final int TEST = 2_000;
  private static final String LICENCE =
      """
      Fashion-MNIST, https://github.com/zalandoresearch/fashion-mnist
      A part of it: the first 10,000 training and the first 2,000 test images and labels.

      The MIT License (MIT)

      Copyright (c) 2017 Zalando SE, https://tech.zalando.com

      Permission is hereby granted, free of charge, to any person obtaining a copy
      of this software and associated documentation files (the "Software"), to deal
      in the Software without restriction, including without limitation the rights
      to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
      copies of the Software, and to permit persons to whom the Software is
      furnished to do so, subject to the following conditions:

      The above copyright notice and this permission notice shall be included in all
      copies or substantial portions of the Software.

      THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
      IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
      FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
      AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
      LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
      OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
      SOFTWARE.
      """;

  private EmbedFashionMnist() {}

  /** See above. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("expected two arguments, IN and OUT, got " + args.length);
    }
    Path in = Path.of(args[0]);
    Path out = Files.createDirectories(Path.of(args[1]));
    shorten(in.resolve("train-images-idx3-ubyte.gz"), TRAIN, out.resolve("train-images-idx3-ubyte.gz"));
    shorten(in.resolve("train-labels-idx1-ubyte.gz"), TRAIN, out.resolve("train-labels-idx1-ubyte.gz"));
    shorten(in.resolve("t10k-images-idx3-ubyte.gz"), TEST, out.resolve("test-images-idx3-ubyte.gz"));
    shorten(in.resolve("t10k-labels-idx1-ubyte.gz"), TEST, out.resolve("test-labels-idx1-ubyte.gz"));
    Files.writeString(out.resolve("LICENSE"), LICENCE);
  }

  /** Keeps the first {@code count} items of an IDX file. */
  private static void shorten(Path from, int count, Path to) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(from))) {
      int magic = ByteBuffer.wrap(exactly(in, 4, from)).getInt();
      int rank = magic & 255;
      if (magic >>> 8 != 8 || rank < 1) {
        throw new IOException(from + ": no IDX file of bytes, its magic number is 0x" + Integer.toHexString(magic));
      }
      ByteBuffer dims = ByteBuffer.wrap(exactly(in, 4 * rank, from));
      if (dims.getInt(0) < count) {
        throw new IOException(from + ": expected at least " + count + " items, found " + dims.getInt(0));
      }
      int bytes = count;
      for (int i = 1; i < rank; i++) {
        bytes = Math.multiplyExact(bytes, dims.getInt(4 * i));
      }
      dims.putInt(0, count);
      var packed = new ByteArrayOutputStream();
      try (var gzip = new SmallestGzip(packed)) {
        gzip.write(ByteBuffer.allocate(4).putInt(magic).array());
        gzip.write(dims.array());
        gzip.write(exactly(in, bytes, from));
      }
      Files.write(to, packed.toByteArray());
    }
  }

  private static byte[] exactly(InputStream in, int bytes, Path from) throws IOException {
    byte[] read = in.readNBytes(bytes);
    if (read.length != bytes) {
      throw new IOException(from + ": ends early");
    }
    return read;
  }

  private static final class SmallestGzip extends GZIPOutputStream {
    SmallestGzip(ByteArrayOutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}

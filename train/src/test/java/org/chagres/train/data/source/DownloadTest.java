package org.chagres.train.data.source;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.chagres.train.data.source.Cifar10Test.told;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a server on the loopback, which answers every request with one body. */
@Timeout(30)
final class DownloadTest {
  @TempDir Path folder;

  private ServerSocket server;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile String status = "200 OK";
  private volatile byte[] body = {};

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(() -> {
      while (!server.isClosed()) {
        try (var socket = server.accept()) {
          byte[] request = new byte[8192];
          int n = 0;
          while (!new String(request, 0, n, US_ASCII).endsWith("\r\n\r\n")) {
            n += socket.getInputStream().read(request, n, request.length - n);
          }
          requests.incrementAndGet();
          OutputStream out = socket.getOutputStream();
          String head = "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
          out.write(head.getBytes(US_ASCII));
          out.write(body);
          out.flush();
        } catch (IOException e) {
          // the client went away, or the test is over
        }
      }
    });
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/cifar-10-binary.tar.gz");
  }

  private String md5() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body));
  }

  private static void entry(OutputStream out, String name, char type, byte[] data) throws IOException {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 124, String.format("%011o", data.length));
    put(header, 136, "00000000000");
    Arrays.fill(header, 148, 156, (byte) ' ');
    header[156] = (byte) type;
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte b : header) {
      sum += b & 255;
    }
    put(header, 148, String.format("%06o\0 ", sum));
    out.write(header);
    out.write(Arrays.copyOf(data, (data.length + 511) / 512 * 512));
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static byte[] archive(List<String> leftOut) throws IOException {
    var tar = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(tar)) {
      entry(out, "cifar-10-batches-bin/", '5', new byte[0]);
      entry(out, "cifar-10-batches-bin/readme.html", '0', "<html>".getBytes(US_ASCII));
      entry(out, "../../evil.bin", '0', new byte[10]);
      entry(out, "link/test_batch.bin", '2', new byte[0]);
      for (int f = 1; f <= 5; f++) {
        entry(out, "cifar-10-batches-bin/data_batch_" + f + ".bin", '0', Cifar10Test.records(f, f));
      }
      if (!leftOut.contains("test_batch.bin")) {
        entry(out, "cifar-10-batches-bin/test_batch.bin", '0', Cifar10Test.records(6, 1));
      }
      entry(out, "cifar-10-batches-bin/batches.meta.txt", '0', "airplane\n".getBytes(US_ASCII));
      out.write(new byte[1024]);
    }
    return tar.toByteArray();
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void fetchesOnceChecksAndUnpacks() throws Exception {
    body = archive(List.of());
    Path to = Cifar10.download(folder.resolve("new"), address(), md5());
    assertEquals(15, Cifar10.train(folder.resolve("new")).size());
    assertEquals(1, Cifar10.test(to).size());
    assertEquals(
        List.of("batches.meta.txt", "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
            "data_batch_5.bin", "test_batch.bin"),
        left());
    Cifar10.download(folder.resolve("new"), address(), md5());
    assertEquals(1, requests.get());
    Files.delete(to.resolve("test_batch.bin"));
    told("lacks test_batch.bin", () -> Cifar10.download(folder.resolve("new"), address(), md5()));
  }

  @Test
  void leavesNothingBehindIfItIsNotTheArchive() throws Exception {
    body = archive(List.of());
    told("expected an archive of MD5 c32a1d4ab5d03f1284b67883e8d87530", () -> Cifar10.download(folder, address()));
    status = "404 Not Found";
    told("expected status 200, got 404", () -> Cifar10.download(folder, address(), md5()));
    status = "200 OK";
    body = archive(List.of("test_batch.bin"));
    told("did not find [test_batch.bin]", () -> Cifar10.download(folder, address(), md5()));
    byte[] whole = archive(List.of());
    body = Arrays.copyOf(whole, whole.length / 2);
    told("the archive ends early", () -> Cifar10.download(folder, address(), md5()));
    body = "no gzip".getBytes(US_ASCII);
    told("cannot be unpacked", () -> Cifar10.download(folder, address(), md5()));
    told("expected an http or https address", () -> Cifar10.download(folder, URI.create("file:///x"), md5()));
    server.close();
    told("cannot be fetched", () -> Cifar10.download(folder, address(), md5()));
    assertEquals(List.of(), left());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }
}

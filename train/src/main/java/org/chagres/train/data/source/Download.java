package org.chagres.train.data.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.chagres.train.data.DataException;

/** Fetches archives: written beside, checked, and renamed, so that what has its final name is whole. */
final class Download {
  private static final Duration CONNECT = Duration.ofSeconds(30);
  private static final Duration RESPOND = Duration.ofMinutes(2);

  private Download() {}

  /**
   * Fetches a gzipped tar and puts its files into a folder.
   *
   * @param from http or https
   * @param md5 of the archive, in hexadecimal
   * @param folder made by this call; if it holds all the files already, nothing is done
   * @param files the names wanted, without folders; the archive must have them all, others in it are left out
   * @return the folder
   */
  static Path archive(URI from, String md5, Path folder, List<String> files) {
    if (Files.isDirectory(folder)) {
      for (String name : files) {
        if (!Files.isRegularFile(folder.resolve(name))) {
          throw new DataException(folder + ": is there but lacks " + name + "; remove the folder to download it again");
        }
      }
      return folder;
    }
    Path name = folder.getFileName();
    try {
      Path parent = Files.createDirectories(folder.toAbsolutePath().getParent());
      Path packed = Files.createTempFile(parent, name + "-", ".part");
      Path unpacked = Files.createTempDirectory(parent, name + "-");
      try {
        fetch(from, md5, packed);
        Tar.unpack(packed, unpacked, files);
        Files.move(unpacked, folder, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(packed);
        delete(unpacked);
      }
      return folder;
    } catch (IOException e) {
      throw new DataException(from + ": cannot be fetched into " + folder + ": " + Reason.of(e), e);
    }
  }

  private static void fetch(URI from, String md5, Path to) throws IOException {
    MessageDigest digest = md5();
    try (var client =
        HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NORMAL).build()) {
      HttpRequest request = HttpRequest.newBuilder(from).timeout(RESPOND).build();
      HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (var in = new DigestInputStream(response.body(), digest);
          OutputStream out = Files.newOutputStream(to)) {
        if (response.statusCode() != 200) {
          throw new DataException(from + ": expected status 200, got " + response.statusCode());
        }
        in.transferTo(out);
      }
    } catch (IllegalArgumentException e) {
      throw new DataException(from + ": expected an http or https address: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException(from + ": interrupted while fetching", e);
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(md5)) {
      throw new DataException(
          from + ": expected an archive of MD5 " + md5 + ", got " + Files.size(to) + " bytes of MD5 " + found);
    }
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new DataException("this Java has no MD5 to check a download with", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }
}

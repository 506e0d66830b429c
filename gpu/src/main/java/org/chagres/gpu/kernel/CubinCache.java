package org.chagres.gpu.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.chagres.bindings.Libraries;
import org.chagres.bindings.Library;

/**
 * Machine code kept from one process to the next, in {@code chagres} in the user's folder of caches; the system property
 * {@code chagres.kernel.cache} names another folder, or with {@code off} none. A file's name is a digest of all that
 * the code follows from; its content begins with its own digest, so that a damaged file is compiled anew. Whatever goes
 * wrong with the folder costs time only.
 */
final class CubinCache {

  private static final String PROPERTY = "chagres.kernel.cache";
  private static final int DIGEST = 32;

  private final Optional<Path> folder;

  private CubinCache(Optional<Path> folder) {
    this.folder = folder;
  }

  static CubinCache ofProcess() {
    String named = System.getProperty(PROPERTY, "");
    if (named.equals("off")) {
      return new CubinCache(Optional.empty());
    }
    return named.isEmpty() ? new CubinCache(userFolder()) : in(Path.of(named));
  }

  static CubinCache in(Path folder) {
    return new CubinCache(Optional.of(folder));
  }

  private static Optional<Path> userFolder() {
    String cache = System.getenv("XDG_CACHE_HOME");
    if (cache != null && !cache.isEmpty()) {
      return Optional.of(Path.of(cache, "chagres"));
    }
    String home = System.getProperty("user.home", "");
    return home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home, ".cache", "chagres"));
  }

  /** From the cache, or compiled and kept. */
  byte[] code(Source source, String architecture) {
    if (folder.isEmpty()) {
      return KernelCompiler.compile(source, architecture);
    }
    Path file = folder.get().resolve(name(source, architecture));
    return read(file).orElseGet(() -> {
      byte[] code = KernelCompiler.compile(source, architecture);
      write(file, code);
      return code;
    });
  }

  private static String name(Source source, String architecture) {
    // Which compiler, down to its file: a test's stand-in tells the same version.
    String all = String.join("\n", Libraries.status(Library.NVRTC).describe(), architecture,
        String.join(" ", Source.options()), source.text());
    byte[] digest = digest(all.getBytes(StandardCharsets.UTF_8), 0);
    return source.fileName() + "-" + architecture + "-" + HexFormat.of().formatHex(digest, 0, 12) + ".cubin";
  }

  private static Optional<byte[]> read(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      boolean whole = content.length > DIGEST
          && Arrays.equals(digest(content, DIGEST), 0, DIGEST, content, 0, DIGEST);
      return whole ? Optional.of(Arrays.copyOfRange(content, DIGEST, content.length)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Beside it and renamed, so that nobody sees a part. */
  private static void write(Path file, byte[] code) {
    try {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
      try {
        byte[] content = Arrays.copyOf(digest(code, 0), DIGEST + code.length);
        System.arraycopy(code, 0, content, DIGEST, code.length);
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // The next process compiles again.
    }
  }

  private static byte[] digest(byte[] bytes, int from) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, from, bytes.length - from);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}

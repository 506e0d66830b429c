package org.chagres.nn.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces a file as a whole: written beside it, forced to disk, then renamed over it. Whoever reads sees the old
 * file or the new one; a crash at any moment leaves one of them, and at worst a {@code .name.tmp-*} beside it.
 */
public final class AtomicFile {

  private AtomicFile() {}

  /** What writes the content. */
  @FunctionalInterface
  public interface Content {

    /**
     * Writes everything.
     *
     * @param channel the new file, empty and open for writing
     * @throws IOException if it can't be written; the old file then stays as it was
     */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file or replaces it.
   *
   * @param path the file; its folder must exist
   * @param content writes the new content
   * @throws StateException if it can't be written, with the reason; the old file is untouched and nothing is left
   *     beside it
   */
  public static void write(Path path, Content content) {
    if (Files.isDirectory(path)) {
      throw new StateException(path, "cannot write: is a folder");
    }
    Path folder = path.toAbsolutePath().getParent();
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path beside = path.resolveSibling("." + path.getFileName() + ".tmp-" + random);
    try {
      try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new StateException(path, "cannot write", e);
    } finally {
      // gone already if all went well
      delete(beside);
    }
    forceFolder(folder);
  }

  private static void delete(Path beside) {
    try {
      Files.deleteIfExists(beside);
    } catch (IOException _) {
      // the failure to write is what is reported
    }
  }

  // makes the rename itself durable; folders can't be opened on every system, and the file is whole either way
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      return;
    }
  }
}

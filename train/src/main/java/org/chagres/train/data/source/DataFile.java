package org.chagres.train.data.source;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.chagres.train.data.DataException;

/** Finding and mapping files. */
final class DataFile {

  private DataFile() {}

  /** Maps a whole file for reading; it is unmapped when nobody refers to it any more. */
  static MemorySegment map(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": expected a file, found " + (Files.exists(file) ? "a folder" : "nothing"));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw new DataException(file + ": cannot be mapped: " + Reason.of(e), e);
    } catch (UnsupportedOperationException e) {
      throw new DataException(file + ": cannot be mapped: its file system does not support that", e);
    }
  }

  /** The first of the named files that is there, in any of the given folders. */
  static Optional<Path> find(List<Path> folders, String... names) {
    for (Path folder : folders) {
      for (String name : names) {
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }
}

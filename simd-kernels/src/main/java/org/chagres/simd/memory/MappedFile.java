package org.chagres.simd.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A whole file mapped into memory, read-only.
 *
 * <p>The mapping ends with {@link #close}; one that is never closed stays for the life of the process. Access
 * through the segment is checked; an address must not be read after {@code close}, so close a file when what
 * reads it has stopped. A file that another process shortens while it is mapped cannot be read beyond its new
 * end: Java code sees an {@link InternalError} there, native code a {@code SIGBUS}. Replace data files by
 * renaming, never by writing over them.
 */
public final class MappedFile implements AutoCloseable {
  private final Path path;
  private final Arena arena;
  private final MemorySegment segment;

  private MappedFile(Path path, Arena arena, MemorySegment segment) {
    this.path = path;
    this.arena = arena;
    this.segment = segment;
  }

  /**
   * Maps a file.
   *
   * @throws NoSuchFileException if there is none
   * @throws FileSystemException if it is a directory, empty, or changes its length meanwhile
   * @throws IOException if it cannot be read
   */
  @SuppressWarnings("MustBeClosedChecker") // the mapped file closes the arena
  public static MappedFile open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "expected a file to map, got a directory");
    }
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such file to map");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long bytes = channel.size();
      if (bytes == 0) {
        throw new FileSystemException(path.toString(), null, "cannot map an empty file");
      }
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
      if (channel.size() != bytes) {
        throw new FileSystemException(path.toString(), null, "file changes its length while it is being mapped");
      }
      // The same class of segment as all other memory, so that kernels' profiles see one kind only.
      MemorySegment plain = MemorySegment.ofAddress(mapped.address()).reinterpret(bytes, arena, s -> {});
      return new MappedFile(path, arena, plain.asReadOnly());
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** The file's bytes, read-only; using it after {@link #close} is an {@link IllegalStateException}. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * The address of the file's first byte, on a page border.
   *
   * @throws IllegalStateException if closed
   */
  public long address() {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("mapped file is closed: " + path);
    }
    return segment.address();
  }

  /** The file's length. */
  public long bytes() {
    return segment.byteSize();
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** Ends the mapping; does nothing if it has ended. */
  @Override
  public void close() {
    if (segment.scope().isAlive()) {
      arena.close();
    }
  }
}

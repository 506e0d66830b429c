package org.chagres.nn.state;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A safetensors file, open for reading: names, types and shapes from its header, elements as slices of the mapped
 * file. Nothing is copied; pages come in as they are touched.
 *
 * <p>The format: eight bytes with the length of the header (little endian), the header (JSON), the elements. The
 * header is checked in full before anything is mapped, so every slice lies inside the file and no two overlap. The
 * mapping is given back when no slice is reachable any more; there is nothing to close.
 *
 * <p>A file must not be cut short or overwritten in place while it is mapped (no reader of mapped files can withstand
 * that). {@link SafetensorsWriter} never does: it puts a new file in the old one's place.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile {
  private final Path path;
  private final SequencedMap<String, Entry> entries;
  private final SequencedMap<String, String> metadata;

  private SafetensorsFile(Path path, SequencedMap<String, Entry> entries, SequencedMap<String, String> metadata) {
    this.path = path;
    this.entries = entries;
    this.metadata = Collections.unmodifiableSequencedMap(metadata);
  }

  /**
   * Opens a file.
   *
   * @param path the file
   * @return its content
   * @throws SafetensorsException if it can't be read, or is not a sound safetensors file
   */
  public static SafetensorsFile open(Path path) {
    // before opening: opening a pipe would block, and reading a folder fails with a message that doesn't say so
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new SafetensorsException(path,
          Files.isDirectory(path) ? "is a folder, not a file" : "is not a regular file");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      Header header = HeaderReader.read(path, channel, size);
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
      MemorySegment data = mapped.asSlice(header.dataStart());
      LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();
      for (Header.Tensor t : header.tensors()) {
        entries.put(t.name(), new Entry(t.name(), t.type(), t.shape(), data.asSlice(t.begin(), t.end() - t.begin())));
      }
      return new SafetensorsFile(path, entries, header.metadata());
    } catch (IOException e) {
      throw new SafetensorsException(path, "cannot read", e);
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** The tensors, in the order in which they lie in the file. */
  public List<Entry> entries() {
    return Collections.unmodifiableList(new ArrayList<>(entries.values()));
  }

  /** Whether there is a tensor of the given name. */
  public boolean contains(String name) {
    return entries.containsKey(name);
  }

  /**
   * A tensor.
   *
   * @param name its name
   * @return the tensor
   * @throws SafetensorsException if there is none of this name
   */
  public Entry get(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new SafetensorsException(path, name, "not in the file, which has " + entries.size() + " tensors");
    }
    return entry;
  }

  /** The free-form strings of the header, in its order; empty if there are none. Unmodifiable. */
  public Map<String, String> metadata() {
    return metadata;
  }
}

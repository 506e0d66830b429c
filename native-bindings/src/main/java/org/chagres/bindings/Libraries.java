package org.chagres.bindings;

import java.lang.foreign.SymbolLookup;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CUDA's libraries in this process. Each is looked for when it is first asked for, once, and stays open until the
 * process ends.
 *
 * <p>The places, of which the first that has the file wins:
 * <ol>
 * <li>the system property of the library, such as {@code chagres.cudnn.path}, which names its file or folder and ends
 * the search; then {@code chagres.cuda.path}, folders for all of them
 * <li>the environment's {@code CHAGRES_CUDA_PATH}, {@code CUDA_HOME} and {@code CUDA_PATH}
 * <li>what pip put into {@code site-packages}: of the virtual environment, of conda, of the {@code python3} on the
 * path, of the user, of the system
 * <li>the CUDA toolkit in {@code /usr/local}
 * <li>wherever the system's loader finds the bare file name
 * </ol>
 * A folder may be the one with the files, a toolkit (with {@code lib64}), a {@code site-packages} or the {@code nvidia}
 * in it.
 */
public final class Libraries {

  static final Object LOCK = new Object();
  private static final Map<Library, Opened> REAL = new EnumMap<>(Library.class);
  private static final Map<Library, Opened> SUBSTITUTES = new EnumMap<>(Library.class);
  private static Optional<SymbolLookup> substitute = Optional.empty();

  private Libraries() {}

  /** A library's status, and its functions: none where it is missing. */
  record Opened(LibraryStatus status, SymbolLookup lookup) {

    static Opened missing(Library library, String reason) {
      return new Opened(new LibraryStatus.Missing(library, reason), name -> Optional.empty());
    }
  }

  /** Whether a library can be used, and why not. Never throws. */
  public static LibraryStatus status(Library library) {
    return opened(library).status();
  }

  /** All of them, for people: one sentence each. */
  public static List<String> describe() {
    return Arrays.stream(Library.values()).map(library -> status(library).describe()).toList();
  }

  /**
   * Sees to it that libraries can be used.
   *
   * @throws MissingLibraryException for the first that can't
   */
  public static void require(Library... libraries) {
    for (Library library : libraries) {
      if (status(library) instanceof LibraryStatus.Missing missing) {
        throw new MissingLibraryException(missing);
      }
    }
  }

  static Opened opened(Library library) {
    synchronized (LOCK) {
      // No computeIfAbsent: opening one library opens those it needs.
      Map<Library, Opened> known = substitute.isPresent() ? SUBSTITUTES : REAL;
      Opened opened = known.get(library);
      if (opened == null) {
        opened = substitute.map(s -> LibraryLoader.check(library, "substitute", "put in place by a test", List.of(), s))
            .orElseGet(() -> real(library));
        known.put(library, opened);
      }
      return opened;
    }
  }

  private static Opened real(Library library) {
    for (Library needed : library.needs()) {
      opened(needed);
    }
    return LibraryLoader.open(library, LibrarySearch.ofProcess());
  }

  static void substitute(Optional<SymbolLookup> lookup) {
    synchronized (LOCK) {
      if (lookup.isPresent() && substitute.isPresent()) {
        throw new IllegalStateException("substitutes for CUDA's libraries are in place already: close them first");
      }
      substitute = lookup;
      SUBSTITUTES.clear();
      Symbols.relink();
    }
  }
}

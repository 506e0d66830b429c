package org.chagres.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.chagres.bindings.LibrarySearch.Hit;

/** Opens a library, asks for its version, and says in one sentence why it can't be used. */
final class LibraryLoader {

  private static final String SYSTEM = "the system's library path";

  private LibraryLoader() {}

  static Libraries.Opened open(Library library, LibrarySearch search) {
    String system = System.getProperty("os.name");
    if (!system.equals("Linux")) {
      return Libraries.Opened.missing(library,
          library.title() + " is missing: CUDA is used on Linux only, and this is " + system + ".");
    }
    try {
      return open(library, search, search.hits(library));
    } catch (IllegalCallerException e) {
      Module module = LibraryLoader.class.getModule();
      return Libraries.Opened.missing(library,
          library.title() + " can't be opened: this JVM denies native access; start it with "
              + "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED") + ".");
    }
  }

  private static Libraries.Opened open(Library library, LibrarySearch search, List<Hit> hits) {
    if (hits.isEmpty()) {
      return bySystem(library, search);
    }
    Hit hit = hits.getFirst();
    openSiblings(library, hit.file());
    try {
      SymbolLookup lookup = SymbolLookup.libraryLookup(hit.file(), Arena.global());
      List<Path> others = hits.stream().skip(1).map(Hit::file).toList();
      return check(library, hit.file().toString(), hit.origin(), others, lookup);
    } catch (IllegalArgumentException e) {
      return Libraries.Opened.missing(library,
          library.title() + " can't be opened: " + hit.file() + ", from " + hit.origin()
              + ", is refused by the system's loader"
              + reason(hit.file().toString()) + "; " + advice(library));
    }
  }

  private static Libraries.Opened bySystem(Library library, LibrarySearch search) {
    boolean named = !search.properties().apply(library.property()).isEmpty();
    if (!named) {
      try {
        SymbolLookup lookup = SymbolLookup.libraryLookup(library.file(), Arena.global());
        return check(library, loadedFrom(library.file()), SYSTEM, List.of(), lookup);
      } catch (IllegalArgumentException e) {
        // Not there: told below.
      }
    }
    List<String> places =
        Stream.concat(search.places(library).stream().map(Object::toString), named ? Stream.empty() : Stream.of(SYSTEM))
            .toList();
    List<Path> wrong = search.otherVersions(library);
    String seen = wrong.isEmpty() ? "" : "; what was found is of another version: " + Sentence.list(wrong);
    return Libraries.Opened.missing(library, library.title() + " is missing: " + library.file() + " was looked for in "
        + Sentence.and(places) + seen + "; " + advice(library));
  }

  private static String advice(Library library) {
    return "install it with pip install " + library.wheel() + ", or name its folder with -D" + library.property()
        + "=FOLDER.";
  }

  /** Checks the version of an open library. */
  static Libraries.Opened check(Library library, String where, String origin, List<Path> others, SymbolLookup lookup) {
    String found = library.title() + " at " + where + ", from " + origin + ", ";
    Optional<Version> version = VersionQuery.ask(library, lookup);
    if (version.isEmpty()) {
      return Libraries.Opened.missing(library, found + "does not tell its version; " + advice(library));
    }
    Version minimum = library.minimum();
    if (version.get().major() != minimum.major() || version.get().compareTo(minimum) < 0) {
      return Libraries.Opened.missing(library,
          found + "is version " + version.get() + ", but needed is " + minimum + " or a later "
              + minimum.major() + "; " + advice(library));
    }
    OptionalInt cuda = library == Library.CUDNN ? VersionQuery.cudaOfCudnn(lookup) : OptionalInt.empty();
    if (cuda.isPresent() && cuda.getAsInt() != Library.CUDART.minimum().major()) {
      return Libraries.Opened.missing(library,
          found + "was built for CUDA " + cuda.getAsInt() + ", but needed is one for CUDA "
              + Library.CUDART.minimum().major() + "; " + advice(library));
    }
    return new Libraries.Opened(new LibraryStatus.Found(library, where, origin, version.get(), others), lookup);
  }

  /** NVRTC asks the system's loader for its built-in functions by bare file name, which knows it if it is open. */
  private static void openSiblings(Library library, Path file) {
    if (library != Library.NVRTC) {
      return;
    }
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(file.getParent(), "libnvrtc-builtins.so.*")) {
      for (Path sibling : siblings) {
        SymbolLookup.libraryLookup(sibling, Arena.global());
      }
    } catch (IOException | IllegalArgumentException e) {
      return; // NVRTC will say so itself when it compiles.
    }
  }

  /** Why the system's loader refuses a file, which Java's lookup doesn't say. */
  private static String reason(String file) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup system = linker.defaultLookup();
    try (Arena arena = Arena.ofConfined()) {
      var open = linker.downcallHandle(system.findOrThrow("dlopen"), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
      var error = linker.downcallHandle(system.findOrThrow("dlerror"), FunctionDescriptor.of(ADDRESS));
      MemorySegment handle = (MemorySegment) open.invokeExact(arena.allocateFrom(file), 1);
      MemorySegment text = (MemorySegment) error.invokeExact();
      boolean told = handle.address() == 0 && text.address() != 0;
      return told ? " (" + text.reinterpret(Long.MAX_VALUE).getString(0) + ")" : "";
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** The file that the system's loader took for a bare name, from the process's list of mappings. */
  private static String loadedFrom(String name) {
    try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
      return mappings.filter(line -> line.contains("/" + name)).map(line -> line.substring(line.indexOf('/')))
          .findFirst()
          .orElse(name);
    } catch (IOException e) {
      return name;
    }
  }
}

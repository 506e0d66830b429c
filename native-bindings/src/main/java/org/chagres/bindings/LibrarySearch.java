package org.chagres.bindings;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Where a library's file may lie, in order. Properties, environment and the root of the file system are arguments, so
 * that a test can give others; the two functions give an empty string for what isn't set.
 */
record LibrarySearch(UnaryOperator<String> properties, UnaryOperator<String> environment, Path root) {

  private static final String ALL = "chagres.cuda.path";

  /** A place that was named or is usual, and its folders, which may not exist. */
  record Place(String origin, List<Path> folders) {
    @Override
    public String toString() {
      return origin + (folders.isEmpty() ? " (none found)" : " (" + Sentence.list(folders) + ")");
    }
  }

  /** A file that was found, and through which place. */
  record Hit(Path file, String origin) {}

  static LibrarySearch ofProcess() {
    return new LibrarySearch(name -> System.getProperty(name, ""), LibrarySearch::variable, Path.of("/"));
  }

  private static String variable(String name) {
    String value = System.getenv(name);
    return value == null ? "" : value;
  }

  /** All places where a library is looked for, the first first. */
  List<Place> places(Library library) {
    if (!properties.apply(library.property()).isEmpty()) {
      return List.of(property(library.property()));
    }
    List<Place> places = new ArrayList<>();
    if (!properties.apply(ALL).isEmpty()) {
      places.add(property(ALL));
    }
    for (String variable : List.of("CHAGRES_CUDA_PATH", "CUDA_HOME", "CUDA_PATH")) {
      if (!environment.apply(variable).isEmpty()) {
        places.add(new Place("the environment's " + variable, split(environment.apply(variable))));
      }
    }
    places.add(new Place("Python's site-packages", python()));
    places.add(new Place("the CUDA toolkit", toolkits()));
    return places;
  }

  private Place property(String name) {
    return new Place("the system property " + name, split(properties.apply(name)));
  }

  /** All files of a library, the first first; each once, whatever links lead to it. */
  List<Hit> hits(Library library) {
    List<Hit> hits = new ArrayList<>();
    List<Path> known = new ArrayList<>();
    for (Place place : places(library)) {
      for (Path folder : place.folders()) {
        for (Path file : files(folder, library)) {
          Path real = real(file);
          if (!known.contains(real)) {
            known.add(real);
            hits.add(new Hit(file, place.origin()));
          }
        }
      }
    }
    return hits;
  }

  /** Files of the same library with another number in their name: too old or too new. */
  List<Path> otherVersions(Library library) {
    String stem = library.file().substring(0, library.file().lastIndexOf('.') + 1);
    List<Path> found = new ArrayList<>();
    for (Place place : places(library)) {
      for (Path folder : place.folders()) {
        for (Path sub : subfolders(folder, library).toList()) {
          list(sub, stem + "[0-9]*").stream().filter(f -> !f.getFileName().toString().startsWith(library.file()))
              .filter(f -> !found.contains(f)).forEach(found::add);
        }
      }
    }
    return found;
  }

  /** The file itself, or the file in a folder, in a toolkit, in {@code site-packages} or in its {@code nvidia}. */
  private static List<Path> files(Path given, Library library) {
    if (Files.isRegularFile(given) && given.getFileName().toString().equals(library.file())) {
      return List.of(given);
    }
    return subfolders(given, library).map(folder -> folder.resolve(library.file())).filter(Files::isRegularFile)
        .toList();
  }

  private static Stream<Path> subfolders(Path folder, Library library) {
    String wheel = library.wheelFolder() + "/lib";
    return Stream.of("", "lib64", "lib", wheel, "nvidia/" + wheel).map(folder::resolve);
  }

  private List<Path> split(String paths) {
    List<Path> folders = new ArrayList<>();
    for (String path : paths.split(File.pathSeparator)) {
      try {
        if (!path.isEmpty()) {
          folders.add(Path.of(path).toAbsolutePath());
        }
      } catch (InvalidPathException e) {
        continue; // No such file can exist; a sentence about a missing library shows the rest.
      }
    }
    return folders;
  }

  private List<Path> python() {
    List<Path> found = new ArrayList<>();
    Stream.of("VIRTUAL_ENV", "CONDA_PREFIX").flatMap(name -> split(environment.apply(name)).stream())
        .forEach(prefix -> found.addAll(packages(prefix.resolve("lib"))));
    for (Path bin : split(environment.apply("PATH"))) {
      if (Files.exists(bin.resolve("python3"))) {
        found.addAll(packages(bin.resolveSibling("lib")));
      }
    }
    split(environment.apply("HOME")).forEach(home -> found.addAll(packages(home.resolve(".local/lib"))));
    found.addAll(packages(root.resolve("usr/local/lib")));
    found.addAll(packages(root.resolve("usr/lib")));
    // Of /lib and /usr/lib, often one folder, the first.
    List<Path> known = new ArrayList<>();
    return found.stream().filter(folder -> !known.contains(real(folder)) && known.add(real(folder))).toList();
  }

  private static List<Path> packages(Path lib) {
    return list(lib, "python3*").stream()
        .flatMap(python -> Stream.of(python.resolve("site-packages"), python.resolve("dist-packages")))
        .filter(Files::isDirectory).toList();
  }

  private List<Path> toolkits() {
    Path local = root.resolve("usr/local");
    return Stream.concat(Stream.of(local.resolve("cuda")).filter(Files::isDirectory), list(local, "cuda-*").stream())
        .toList();
  }

  /** What in a folder fits a pattern, the newest version first; nothing where there is no such folder. */
  private static List<Path> list(Path folder, String pattern) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
      files.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      return List.of(); // Not ours to read: as if it weren't there.
    }
    found.sort(Comparator.comparing(LibrarySearch::numbers, (a, b) -> Arrays.compare(b, a)).thenComparing(f -> f));
    return found;
  }

  /** The numbers in a file's name. */
  private static int[] numbers(Path file) {
    return Arrays.stream(file.getFileName().toString().split("\\D+")).filter(s -> !s.isEmpty() && s.length() < 10)
        .mapToInt(Integer::parseInt).toArray();
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file;
    }
  }
}

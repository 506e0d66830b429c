package org.chagres.bindings;

import java.nio.file.Path;
import java.util.List;

/** Whether a library can be used, as found out once. */
public sealed interface LibraryStatus {

  /** The library. */
  Library library();

  /** One sentence for people: where it was found, or why not and what to do. */
  String describe();

  /**
   * Opened, and of a version that will do.
   *
   * @param where  its file, or what took its place
   * @param origin which place of the search it was found in
   * @param others further files of that name, which were found later in the search and are not used
   */
  record Found(Library library, String where, String origin, Version version,
      List<Path> others) implements LibraryStatus {

    /** Copies the list. */
    public Found {
      others = List.copyOf(others);
    }

    @Override
    public String describe() {
      String found = library.title() + " " + version + ": " + where + " (" + origin + ")";
      return others.isEmpty() ? found : found + "; not used, since found later: " + Sentence.list(others);
    }
  }

  /** Not usable; the reason is a whole sentence. */
  record Missing(Library library, String reason) implements LibraryStatus {

    @Override
    public String describe() {
      return reason;
    }
  }
}

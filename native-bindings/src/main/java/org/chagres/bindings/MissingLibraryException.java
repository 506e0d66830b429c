package org.chagres.bindings;

/** A library that is needed is missing or too old; the message is {@link LibraryStatus.Missing#reason}. */
public final class MissingLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Library library;

  MissingLibraryException(LibraryStatus.Missing missing) {
    super(missing.reason());
    library = missing.library();
  }

  /** The library. */
  public Library library() {
    return library;
  }
}

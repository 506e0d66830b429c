package org.chagres.bindings;

/** A library is there, but lacks a function: it is older than the one the call needs. Thrown by the call. */
public final class MissingSymbolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String symbol;
  private final Library library;
  private final Version version;

  MissingSymbolException(String symbol, LibraryStatus.Found found) {
    super(found.library().title() + " " + found.version() + " (" + found.where() + ") has no function " + symbol
        + ": install a newer " + found.library().title() + ", with pip install -U " + found.library().wheel());
    this.symbol = symbol;
    library = found.library();
    version = found.version();
  }

  /** The function. */
  public String symbol() {
    return symbol;
  }

  /** The library that lacks it. */
  public Library library() {
    return library;
  }

  /** That library's version. */
  public Version version() {
    return version;
  }
}

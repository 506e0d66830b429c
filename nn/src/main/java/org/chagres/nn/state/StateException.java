package org.chagres.nn.state;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file of state that can't be read or written. The message names the file and says why. */
public class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path path;

  /**
   * Of a file.
   *
   * @param path the file
   * @param reason what is wrong, without the file's name
   */
  public StateException(Path path, String reason) {
    super(path + ": " + reason);
    this.path = path;
  }

  /**
   * Of a file, after a failure of the operating system.
   *
   * @param path the file
   * @param attempt what was tried, such as "cannot write"
   * @param cause the failure; its reason goes into the message
   */
  public StateException(Path path, String attempt, IOException cause) {
    super(path + ": " + attempt + ": " + reason(cause), cause);
    this.path = path;
  }

  /** The file. */
  public Path path() {
    return path;
  }

  // java.nio's messages are often nothing but the path: the reason lies in the class
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException n -> "no such file or folder: " + n.getFile();
      case AccessDeniedException a -> "permission denied: " + a.getFile();
      case DirectoryNotEmptyException d -> "is a folder: " + d.getFile();
      case ClosedByInterruptException _ -> "the thread was interrupted";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}

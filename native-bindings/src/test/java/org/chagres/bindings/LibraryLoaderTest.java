package org.chagres.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One sentence says why a library can't be used. */
class LibraryLoaderTest {

  @TempDir Path root;

  private String reason(Library library, Map<String, String> properties) {
    var search = new LibrarySearch(name -> properties.getOrDefault(name, ""), name -> "", root);
    Libraries.Opened opened = LibraryLoader.open(library, search);
    assertTrue(opened.lookup().find("cudnnGetVersion").isEmpty());
    return assertInstanceOf(LibraryStatus.Missing.class, opened.status()).reason();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aMissingLibraryIsToldWithThePlacesAndWhatToInstall() {
    assertEquals("cuDNN is missing: libcudnn.so.9 was looked for in the system property chagres.cudnn.path (" + root
        + "); install it with pip install nvidia-cudnn-cu13, or name its folder with -Dchagres.cudnn.path=FOLDER.",
        reason(Library.CUDNN, Map.of("chagres.cudnn.path", root.toString())));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void anotherVersionIsToldToo() throws IOException {
    Path eight = Files.createFile(root.resolve("libcudnn.so.8"));
    String reason = reason(Library.CUDNN, Map.of("chagres.cudnn.path", root.toString()));
    assertTrue(reason.contains("; what was found is of another version: " + eight + "; install it"), reason);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatIsNoLibraryIsToldWithTheLoadersReason() throws IOException {
    Path file = Files.writeString(root.resolve("libcudnn.so.9"),
        "not a library, but long enough to have a header read from it ...");
    String reason = reason(Library.CUDNN, Map.of("chagres.cudnn.path", root.toString()));
    assertTrue(reason.startsWith(
        "cuDNN can't be opened: " + file + ", from the system property chagres.cudnn.path, is refused by the "
            + "system's loader (" + file + ": "),
        reason);
  }

  @Test
  void everyLibraryHasItsSentence() {
    assertEquals(Library.values().length, Libraries.describe().size());
    Libraries.describe().forEach(sentence -> assertTrue(sentence.length() > 20, sentence));
  }
}

package org.chagres.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What was generated is as the generator left it, and of these lists. */
class GeneratedTest {

  private static final Path CHECKSUMS = Path.of("src/generated/checksums");

  @Test
  void generatedFilesAndTheirListsAreThoseOfTheLastRun() throws IOException, NoSuchAlgorithmException {
    Map<String, String> expected = new TreeMap<>();
    for (String line : Files.readAllLines(CHECKSUMS)) {
      expected.put(line.substring(66), line.substring(0, 64));
    }
    Map<String, String> actual = new TreeMap<>();
    for (String folder : new String[] {"includes", "src/generated/java"}) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
          actual.put(file.toString().replace('\\', '/'), HexFormat.of().formatHex(sum));
        }
      }
    }
    assertEquals(expected.keySet(), actual.keySet(), "files; " + advice());
    expected.forEach((file, sum) -> {
      if (!sum.equals(actual.get(file))) {
        fail("native-bindings/" + file + " was changed since it was generated; " + advice());
      }
    });
  }

  private static String advice() {
    return "nothing in src/generated is edited by hand: change the lists in native-bindings/includes, "
        + "run native-bindings/regenerate, and commit what it writes, " + CHECKSUMS + " included";
  }
}

package org.chagres.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmPeersTest {

  @Test
  void theyAreThereOnceBuilt(@TempDir Path folder) throws IOException {
    assertTrue(assertThrows(IllegalArgumentException.class, () -> JvmPeers.in(folder)).getMessage()
        .contains("-Pjvm-peers"));
    assertThrows(IllegalArgumentException.class, () -> JvmPeers.in(folder.resolve("none")));
    Files.createDirectory(folder.resolve("lib"));
    Files.createFile(folder.resolve("jvm-peers.jar"));
    assertEquals(folder.toAbsolutePath(), JvmPeers.in(folder).folder());
  }
}

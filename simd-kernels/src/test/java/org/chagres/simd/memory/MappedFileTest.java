package org.chagres.simd.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
  @TempDir Path dir;

  @Test
  void showsTheFile() throws IOException {
    Path path = Files.write(dir.resolve("data"), new byte[] {1, 2, 3});
    var file = MappedFile.open(path);
    assertEquals(3, file.bytes());
    assertEquals(path, file.path());
    assertEquals(2, file.segment().get(ValueLayout.JAVA_BYTE, 1));
    assertEquals(3, Native.ALL.get(ValueLayout.JAVA_BYTE, file.address() + 2));
    assertTrue(file.segment().isReadOnly() && file.segment().isNative());
    assertThrows(IllegalArgumentException.class, () -> file.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
    file.close();
    file.close();
    assertThrows(IllegalStateException.class, file::address);
    assertThrows(IllegalStateException.class, () -> file.segment().get(ValueLayout.JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, () -> Native.address(file.segment(), 1, "data"));
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThrows(NoSuchFileException.class, () -> MappedFile.open(dir.resolve("missing")));
    var folder = assertThrows(FileSystemException.class, () -> MappedFile.open(dir));
    assertTrue(folder.getMessage().contains("directory"), folder.getMessage());
    Path empty = Files.createFile(dir.resolve("empty"));
    var e = assertThrows(FileSystemException.class, () -> MappedFile.open(empty));
    assertTrue(e.getMessage().contains("empty file"), e.getMessage());
  }
}

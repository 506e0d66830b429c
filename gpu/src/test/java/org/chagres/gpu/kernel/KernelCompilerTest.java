package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.chagres.bindings.Libraries;
import org.chagres.bindings.Library;
import org.chagres.bindings.LibraryStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NVIDIA's own compiler on our kernels; needs no device. Skipped, with the reason, where it is not found. */
class KernelCompilerTest {

  @BeforeEach
  void find() {
    LibraryStatus status = Libraries.status(Library.NVRTC);
    assumeTrue(status instanceof LibraryStatus.Found, status.describe());
  }

  @ParameterizedTest
  @EnumSource
  void compilesEverySourceWithoutAWord(Source source) {
    KernelCompiler.Compiled compiled = KernelCompiler.compile(source.fileName(), source.text(), "sm_90");
    assertEquals("", compiled.log());
    assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, Arrays.copyOf(compiled.code(), 4));
  }

  @Test
  void anErrorCarriesTheCompilersMessages() {
    var e = assertThrows(KernelCompileException.class,
        () -> KernelCompiler.compile("wrong.cu", "__global__ void f() { int i = nothing; }", "sm_90"));
    assertTrue(e.log().contains("wrong.cu(1)") && e.log().contains("\"nothing\" is undefined"), e.log());
    assertTrue(e.getMessage().contains(e.log()) && e.getMessage().contains("wrong.cu"), e.getMessage());
    assertThrows(KernelCompileException.class, () -> KernelCompiler.compile(Source.FUSED, "sm_1"));
  }

  @Test
  void theCacheGivesWhatWasCompiledAndMendsDamage(@TempDir Path folder) throws IOException {
    CubinCache cache = CubinCache.in(folder);
    byte[] code = cache.code(Source.CAST, "sm_90");
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    assertEquals(1, files.size(), files.toString());
    Path file = files.getFirst();
    long written = Files.getLastModifiedTime(file).toMillis();
    assertArrayEquals(code, cache.code(Source.CAST, "sm_90"));
    assertEquals(written, Files.getLastModifiedTime(file).toMillis());
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
    assertArrayEquals(code, cache.code(Source.CAST, "sm_90"));
    Files.write(file, new byte[0]);
    assertArrayEquals(code, cache.code(Source.CAST, "sm_90"));
    assertEquals(content.length, Files.size(file));
    Path blocked = folder.resolve("file");
    Files.createFile(blocked);
    assertArrayEquals(code, CubinCache.in(blocked).code(Source.CAST, "sm_90"), "a folder that can't be made");
  }
}

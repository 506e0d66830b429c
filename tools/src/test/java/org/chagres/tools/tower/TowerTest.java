package org.chagres.tools.tower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules that hold the house together, on the house as built. */
class TowerTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<ClassFacts> CLASSES = new ArrayList<>();

  @BeforeAll
  static void readAllModules() throws IOException {
    for (Path module : modules()) {
      Path compiled = module.resolve("target/classes");
      assertTrue(Files.isDirectory(compiled),
          compiled + " is missing: build all modules first (mvn verify at the root)");
      try (Stream<Path> files = Files.walk(compiled)) {
        for (Path file : files.filter(TowerTest::isClass).sorted().toList()) {
          CLASSES.add(ClassFacts.read(module.getFileName().toString(), Files.readAllBytes(file)));
        }
      }
    }
    assertTrue(CLASSES.stream().anyMatch(c -> c.name().equals("org.chagres.simd.lanes.Lanes")), "classes were read");
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return folders.filter(f -> Files.isRegularFile(f.resolve("src/main/java/module-info.java"))).sorted().toList();
    }
  }

  private static boolean isClass(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".class") && !name.equals("module-info.class") && !name.equals("package-info.class")
        && !file.toString().contains("jmh_generated");
  }

  @Test
  void modulesKnowOnlyModulesBelow() {
    assertNone(Rules.upwardReferences(CLASSES));
  }

  @Test
  void packagesOfAModuleHaveNoCycles() {
    assertNone(Rules.packageCycles(CLASSES));
  }

  @Test
  void nativeFunctionsAreCalledFromOnePackage() {
    assertNone(Rules.nativeCalls(CLASSES));
  }

  @Test
  void vectorWidthIsChosenInOnePackage() {
    assertNone(Rules.vectorWidths(CLASSES));
  }

  @Test
  void backendsAreKnownToTheirRegistrarOnly() {
    assertNone(Rules.backendsKnownByMany(CLASSES));
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    List<String> offences = new ArrayList<>();
    for (Path module : modules()) {
      Path written = module.resolve("src/main/java");
      for (Path sources : List.of(written, module.resolve("src/generated/java"))) {
        for (Path folder : packages(sources)) {
          // Said by hand even where the rest is generated.
          if (!Files.exists(written.resolve(sources.relativize(folder)).resolve("package-info.java"))) {
            offences.add(ROOT.relativize(folder) + " has no package-info.java");
          }
        }
      }
    }
    assertNone(offences);
  }

  private static List<Path> packages(Path sources) throws IOException {
    List<Path> packages = new ArrayList<>();
    if (Files.isDirectory(sources)) {
      try (Stream<Path> folders = Files.walk(sources)) {
        for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
          if (hasSources(folder)) {
            packages.add(folder);
          }
        }
      }
    }
    return packages;
  }

  private static boolean hasSources(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(f -> f.toString().endsWith(".java") && !f.endsWith("module-info.java"));
    }
  }

  private static void assertNone(List<String> offences) {
    assertEquals("", String.join(System.lineSeparator(), offences));
  }
}

package org.chagres.gpu.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Compiles CUDA C++ sources for the CPU; what was compiled stays in a folder, by the hash of all that went in. */
public final class Emulator {

  private static final String HEADER = "emulator.hpp";

  // Arithmetic as IEEE has it, each operation rounded; pragmas for the device's compiler mean nothing here.
  private static final List<String> FLAGS =
      List.of("-std=c++17", "-O1", "-fPIC", "-shared", "-ffp-contract=off", "-fno-strict-aliasing", "-Wall",
          "-Wno-unknown-pragmas", "-Wno-unused-function", "-Wno-unused-variable");

  private static final Map<String, EmulatedModule> LOADED = new ConcurrentHashMap<>();
  private static final String VERSION = version();

  private Emulator() {}

  /** Why nothing can be compiled here, if so. */
  public static Optional<String> missing() {
    return VERSION.isEmpty() ? Optional.of("g++ is not installed, which the emulator of kernels compiles with")
        : Optional.empty();
  }

  /**
   * Compiles a source, or takes what was compiled of the same before.
   *
   * @throws EmulatorException with the compiler's messages if it does not compile
   */
  public static EmulatedModule compile(String source) {
    missing().ifPresent(why -> {
      throw new EmulatorException(why);
    });
    String header = header();
    return LOADED.computeIfAbsent(hash(VERSION + FLAGS + header + source), key -> load(key, header, source));
  }

  private static EmulatedModule load(String key, String header, String source) {
    try {
      Path folder = folder();
      Path library = folder.resolve(key + ".so");
      if (!Files.exists(library)) {
        build(folder, library, header, source);
      }
      return new EmulatedModule(library);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() throws IOException {
    String set = System.getProperty("chagres.emulator", "");
    Path folder = set.isEmpty()
        ? Path.of(System.getProperty("java.io.tmpdir"), "chagres-emulator-" + System.getProperty("user.name"))
        : Path.of(set);
    return Files.createDirectories(folder);
  }

  /** Written beside and renamed over, so that another process finds all of it or nothing. */
  private static void build(Path folder, Path library, String header, String source) throws IOException {
    Path work = Files.createTempDirectory(folder, "build");
    Path text = work.resolve("source.cpp");
    Path built = work.resolve("source.so");
    Files.writeString(text, header + "\n" + source);
    List<String> command = new ArrayList<>(List.of("g++"));
    command.addAll(FLAGS);
    command.addAll(List.of(text.toString(), "-o", built.toString()));
    Output output = run(command);
    if (output.code != 0) {
      throw new EmulatorException(output.text);
    }
    Files.move(built, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(text);
    Files.delete(work);
  }

  private static String version() {
    try {
      Output output = run(List.of("g++", "--version"));
      return output.code == 0 ? output.text : "";
    } catch (IOException e) {
      return "";
    }
  }

  private record Output(int code, String text) {}

  private static Output run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      return new Output(process.waitFor(), text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmulatorException("interrupted while waiting for " + command.getFirst());
    }
  }

  private static String header() {
    try (InputStream in = Emulator.class.getResourceAsStream(HEADER)) {
      if (in == null) {
        throw new IllegalStateException(HEADER + " is missing beside " + Emulator.class);
      }
      return "#line 1 \"" + HEADER + "\"\n" + new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

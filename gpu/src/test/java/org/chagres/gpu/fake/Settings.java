package org.chagres.gpu.fake;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.chagres.bindings.Library;
import org.chagres.bindings.Version;

/**
 * What the machine is like.
 *
 * @param devices how many
 * @param memory bytes of each
 * @param capability 90 for 9.0
 * @param driver the newest CUDA that the driver knows, such as 13000; 0 for no driver
 * @param versions of the libraries
 * @param absent the libraries that lack, and functions by name
 */
record Settings(int devices, long memory, int capability, int driver, Map<Library, Version> versions,
    Set<String> absent) {

  static final Settings USUAL = new Settings(1, 1L << 30, 90, 13_000, usualVersions(), Set.of());

  Settings {
    versions = Map.copyOf(versions);
    absent = Set.copyOf(absent);
  }

  private static Map<Library, Version> usualVersions() {
    Map<Library, Version> versions = new EnumMap<>(Library.class);
    for (Library library : Library.values()) {
      versions.put(library, new Version(13, 0, 0));
    }
    versions.put(Library.CUBLAS, new Version(13, 1, 1));
    versions.put(Library.CUBLASLT, new Version(13, 1, 1));
    versions.put(Library.CUDNN, new Version(9, 24, 0));
    return versions;
  }

  Version version(Library library) {
    return versions.get(library);
  }

  /** As {@code 13000}, the runtime's and the driver's form. */
  int runtime() {
    Version version = version(Library.CUDART);
    return 1000 * version.major() + 10 * version.minor();
  }

  /** As {@code 92400}, the form of the others. */
  long number(Library library) {
    Version version = version(library);
    return 10_000L * version.major() + 100L * version.minor() + version.patch();
  }

  boolean lacks(Library library) {
    return absent.contains(library.name());
  }

  boolean lacks(String function) {
    return absent.contains(function);
  }

  Settings withDevices(int count) {
    return new Settings(count, memory, capability, driver, versions, absent);
  }

  Settings withMemory(long bytes) {
    return new Settings(devices, bytes, capability, driver, versions, absent);
  }

  Settings withCapability(int number) {
    return new Settings(devices, memory, number, driver, versions, absent);
  }

  Settings withDriver(int number) {
    return new Settings(devices, memory, capability, number, versions, absent);
  }

  Settings with(Library library, Version version) {
    Map<Library, Version> changed = new EnumMap<>(versions);
    changed.put(library, version);
    return new Settings(devices, memory, capability, driver, changed, absent);
  }

  Settings without(String name) {
    Set<String> changed = new HashSet<>(absent);
    changed.add(name);
    return new Settings(devices, memory, capability, driver, versions, changed);
  }
}

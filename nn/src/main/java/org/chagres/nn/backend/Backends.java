package org.chagres.nn.backend;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** The backends there are. */
public final class Backends {

  private static final Map<String, BackendProvider> PROVIDERS = load();

  private Backends() {}

  /**
   * The backend of a device.
   *
   * @throws IllegalArgumentException if there is none of this kind or index
   */
  public static Backend of(String kind, int index) {
    return provider(kind).device(index);
  }

  /**
   * What there is of a kind here, for people, a line each; devices are not opened for it.
   *
   * @throws IllegalArgumentException if this build does not know the kind
   */
  public static List<String> describe(String kind) {
    return provider(kind).describe();
  }

  private static BackendProvider provider(String kind) {
    BackendProvider provider = PROVIDERS.get(kind);
    if (provider == null) {
      throw new IllegalArgumentException("device " + kind + ": no such kind here, there are " + PROVIDERS.keySet());
    }
    return provider;
  }

  /** The kinds of devices that this build knows, in the order of their names. */
  public static Set<String> kinds() {
    return Collections.unmodifiableSet(PROVIDERS.keySet());
  }

  private static Map<String, BackendProvider> load() {
    Map<String, BackendProvider> found = new TreeMap<>();
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())) {
      found.put(provider.kind(), provider);
    }
    return found;
  }
}

package org.chagres.gpu.kernel;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A kernel's entry: one object for each, so that a launcher finds its handle by {@link #id}. Blocks have {@link
 * #THREADS} threads.
 */
public final class Kernel {

  /** Threads of a block, in one dimension. */
  public static final int THREADS = 256;

  private static final Map<String, Kernel> KNOWN = new ConcurrentHashMap<>();
  private static final AtomicInteger IDS = new AtomicInteger();

  private final Source source;
  private final String name;
  private final int id;

  private Kernel(Source source, String name) {
    this.source = source;
    this.name = name;
    this.id = IDS.getAndIncrement();
  }

  /** The kernel of that name; whether there is one shows when it is launched. */
  public static Kernel of(Source source, String name) {
    return KNOWN.computeIfAbsent(source.name() + " " + name, key -> new Kernel(source, name));
  }

  /** Where it stands. */
  public Source source() {
    return source;
  }

  /** Its name in the compiled module. */
  public String name() {
    return name;
  }

  /** A small number, from 0, that no other kernel of this process has. */
  public int id() {
    return id;
  }

  @Override
  public String toString() {
    return name + " of " + source.fileName();
  }
}

package org.chagres.gpu.kernel;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Kernels of one pattern of names by what varies in it; looked up without making strings but the first time. */
final class KernelTable {

  private final Map<String, Map<Object, Kernel>> known = new HashMap<>();
  private final Source source;
  private final String prefix;

  KernelTable(Source source, String prefix) {
    this.source = source;
    this.prefix = prefix;
  }

  /** {@code prefix_op}. */
  Kernel of(String op) {
    return of(op, "");
  }

  /** {@code prefix_op_suffix}; the suffix may be empty. */
  Kernel of(String op, String suffix) {
    Map<Object, Kernel> kernels = known.get(op);
    Kernel kernel = kernels == null ? null : kernels.get(suffix);
    if (kernel == null) {
      String name = prefix + "_" + op.toLowerCase(Locale.ROOT) + (suffix.isEmpty() ? "" : "_" + suffix);
      kernel = Kernel.of(source, name);
      known.computeIfAbsent(op, o -> new HashMap<>()).put(suffix, kernel);
    }
    return kernel;
  }
}

package org.chagres.tools.tower;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The rules; each returns the offences it finds, a sentence each that names the offender. */
final class Rules {

  /** Modules, and those each may know. */
  private static final Map<String, Set<String>> BELOW = Map.of(
      "native-bindings", Set.of(),
      "simd-kernels", Set.of(),
      "gpu", Set.of("native-bindings"),
      "nn", Set.of("gpu", "simd-kernels"),
      "train", Set.of("nn", "gpu", "simd-kernels"),
      "bench", Set.of("train", "nn", "gpu", "native-bindings", "simd-kernels"),
      "tools", Set.of("train", "nn", "gpu", "native-bindings", "simd-kernels"));

  private static final Set<String> NATIVE_CALLS =
      Set.of("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup", "java.lang.foreign.FunctionDescriptor");
  private static final String MEMORY = "org.chagres.simd.memory";
  private static final Set<String> NATIVE_MODULES = Set.of("native-bindings", "gpu");

  private static final Pattern WIDTH = Pattern.compile("jdk\\.incubator\\.vector\\.\\w+Vector\\.SPECIES_\\w+");
  private static final String LANES = "org.chagres.simd.lanes";

  private static final String BACKEND = "org.chagres.nn.backend.";

  private Rules() {}

  /** A module knows only modules below it. */
  static List<String> upwardReferences(List<ClassFacts> classes) {
    Map<String, String> moduleOf = new TreeMap<>();
    classes.forEach(c -> moduleOf.put(c.name(), c.module()));
    List<String> offences = new ArrayList<>();
    for (ClassFacts c : classes) {
      Set<String> below = BELOW.get(c.module());
      if (below == null) {
        offences.add("module " + c.module() + " has no floor in the tower: add it to Rules.BELOW");
        continue;
      }
      for (String other : c.classes()) {
        String module = moduleOf.getOrDefault(other, c.module());
        if (!module.equals(c.module()) && !below.contains(module)) {
          offences.add(c.name() + " (module " + c.module() + ") knows " + other + " of module " + module
              + ", which is not below it");
        }
      }
    }
    return offences.stream().distinct().toList();
  }

  /** The packages of a module have no cycles. */
  static List<String> packageCycles(List<ClassFacts> classes) {
    Map<String, Map<String, String>> graph = new TreeMap<>();
    Map<String, String> moduleOf = new TreeMap<>();
    classes.forEach(c -> moduleOf.put(c.name(), c.module()));
    for (ClassFacts c : classes) {
      Map<String, String> edges = graph.computeIfAbsent(c.packageName(), p -> new TreeMap<>());
      for (String other : c.classes()) {
        String target = ClassFacts.packageOf(other);
        if (c.module().equals(moduleOf.get(other)) && !target.equals(c.packageName())) {
          edges.putIfAbsent(target, c.name() + " knows " + other);
        }
      }
    }
    List<String> offences = new ArrayList<>();
    Set<String> told = new TreeSet<>();
    for (String start : graph.keySet()) {
      List<String> cycle = shortestCycle(graph, start);
      if (!cycle.isEmpty() && told.add(new TreeSet<>(cycle).toString())) {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i + 1 < cycle.size(); i++) {
          reasons.add(graph.get(cycle.get(i)).get(cycle.get(i + 1)));
        }
        offences.add("packages in a cycle: " + String.join(" -> ", cycle) + " (" + String.join("; ", reasons) + ")");
      }
    }
    return offences;
  }

  /** Breadth first from a package until it is reached again; empty where it never is. */
  private static List<String> shortestCycle(Map<String, Map<String, String>> graph, String start) {
    Map<String, String> cameFrom = new TreeMap<>();
    List<String> queue = new ArrayList<>(List.of(start));
    for (int head = 0; head < queue.size(); head++) {
      String at = queue.get(head);
      for (String next : graph.getOrDefault(at, Map.of()).keySet()) {
        if (next.equals(start)) {
          List<String> cycle = new ArrayList<>(List.of(start));
          for (String p = at; !p.equals(start); p = cameFrom.get(p)) {
            cycle.addFirst(p);
          }
          cycle.addFirst(start);
          return cycle;
        }
        if (cameFrom.putIfAbsent(next, at) == null) {
          queue.add(next);
        }
      }
    }
    return List.of();
  }

  /** Native functions are called from one package of the kernels, and from the modules made for it. */
  static List<String> nativeCalls(List<ClassFacts> classes) {
    List<String> offences = new ArrayList<>();
    for (ClassFacts c : classes) {
      if (c.packageName().equals(MEMORY) || NATIVE_MODULES.contains(c.module())) {
        continue;
      }
      for (String other : c.classes()) {
        if (NATIVE_CALLS.contains(other)) {
          offences.add(c.name() + " uses " + other + ": native functions are called from " + MEMORY + " only");
        }
      }
    }
    return offences;
  }

  /** The width of a vector is chosen in one package; tables of tile sizes, classes named ...Tiles, may ask for it. */
  static List<String> vectorWidths(List<ClassFacts> classes) {
    List<String> offences = new ArrayList<>();
    for (ClassFacts c : classes) {
      if (c.packageName().equals(LANES) || c.topLevel().endsWith("Tiles")) {
        continue;
      }
      for (String field : c.fields()) {
        if (WIDTH.matcher(field).matches()) {
          offences.add(c.name() + " reads " + field + ": take Lanes.FLOAT, or a species derived from it in " + LANES);
        }
      }
    }
    return offences;
  }

  /** A backend is known to one class, the one that registers it; everyone else knows the interfaces. */
  static List<String> backendsKnownByMany(List<ClassFacts> classes) {
    List<String> offences = new ArrayList<>();
    for (String backend : List.of("cpu", "cuda")) {
      Set<String> knowing = new TreeSet<>();
      for (ClassFacts c : classes) {
        boolean user = c.module().equals("nn") || c.module().equals("train");
        if (user && !c.packageName().equals(BACKEND + backend)
            && c.classes().stream().anyMatch(o -> ClassFacts.packageOf(o).equals(BACKEND + backend))) {
          knowing.add(c.topLevel());
        }
      }
      if (knowing.size() > 1) {
        offences.add(BACKEND + backend + " may be known to the one class that registers it, but is known to "
            + String.join(", ", knowing));
      }
    }
    return offences;
  }
}

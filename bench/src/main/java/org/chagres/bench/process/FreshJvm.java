package org.chagres.bench.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines that start this JVM's Java with this JVM's classes once more. */
public final class FreshJvm {

  private static final List<String> NOT_TO_REPEAT =
      List.of("--module-path", "-Djdk.module.", "-Djava.class.path", "-agentlib:", "-agentpath:", "-javaagent:");

  private FreshJvm() {}

  /**
   * With the options that this JVM was started with.
   *
   * @param module module of the class, if this JVM runs from modules
   * @param main its name
   * @param arguments for the class
   */
  public static List<String> alike(String module, String main, List<String> arguments) {
    List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(o -> NOT_TO_REPEAT.stream().noneMatch(o::startsWith))
        .toList();
    return command(options, module, main, arguments);
  }

  /** With the options without which nothing runs, and the JVM's defaults for the rest. */
  public static List<String> plain(String module, String main, List<String> arguments) {
    String kernels = named() ? "org.chagres.simd" : "ALL-UNNAMED";
    return command(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=" + kernels), module, main, arguments);
  }

  private static List<String> command(List<String> options, String module, String main, List<String> arguments) {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(options);
    if (named()) {
      all.addAll(List.of("--module-path", System.getProperty("jdk.module.path"), "--module", module + "/" + main));
    } else {
      all.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    }
    all.addAll(arguments);
    return all;
  }

  private static boolean named() {
    return FreshJvm.class.getModule().isNamed();
  }
}

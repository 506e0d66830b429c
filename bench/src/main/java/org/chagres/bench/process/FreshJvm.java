package org.chagres.bench.process;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Command lines that start this JVM's Java with this JVM's classes once more. */
public final class FreshJvm {

  private static final List<String> NOT_TO_REPEAT =
      List.of("--module-path", "-Djdk.module.", "-Djava.class.path", "-agentlib:", "-agentpath:", "-javaagent:");

  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private FreshJvm() {}

  /**
   * With the options that this JVM was started with.
   *
   * @param module module of the class, if this JVM runs from modules
   * @param main its name
   * @param arguments for the class
   */
  public static List<String> alike(String module, String main, List<String> arguments) {
    return command(repeated().toList(), module, main, arguments);
  }

  /**
   * With the options that this JVM was started with, but all jars on the class path: for libraries that look for their
   * classes there, as JMH does.
   */
  public static List<String> onClassPath(String main, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of(JAVA));
    repeated().filter(o -> !o.startsWith("--enable-native-access")).forEach(all::add);
    all.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath(), main));
    all.addAll(arguments);
    return all;
  }

  /** Where this JVM's classes are, for {@code -cp}. */
  private static String classPath() {
    if (!named()) {
      return System.getProperty("java.class.path");
    }
    return Arrays.stream(System.getProperty("jdk.module.path").split(File.pathSeparator, -1))
        .map(entry -> Files.isRegularFile(Path.of(entry)) ? entry : entry + File.separator + "*")
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Stream<String> repeated() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(o -> NOT_TO_REPEAT.stream().noneMatch(o::startsWith));
  }

  /** Java itself, with nothing of this JVM's: for other libraries, with their jars and JVM options first. */
  public static List<String> bare(List<String> arguments) {
    List<String> all = new ArrayList<>(List.of(JAVA));
    all.addAll(arguments);
    return all;
  }

  /** With the options without which nothing runs, and the JVM's defaults for the rest. */
  public static List<String> plain(String module, String main, List<String> arguments) {
    String kernels = named() ? "org.chagres.simd,org.chagres.gpu,org.chagres.bindings" : "ALL-UNNAMED";
    return command(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=" + kernels), module, main, arguments);
  }

  private static List<String> command(List<String> options, String module, String main, List<String> arguments) {
    List<String> all = new ArrayList<>();
    all.add(JAVA);
    all.addAll(options);
    if (named()) {
      all.addAll(List.of("--module-path", System.getProperty("jdk.module.path"), "--module", module + "/" + main));
    } else {
      all.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    }
    all.addAll(arguments);
    return all;
  }

  /** Whether this JVM runs from modules. */
  public static boolean named() {
    return FreshJvm.class.getModule().isNamed();
  }
}

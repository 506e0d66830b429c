package org.chagres.bench.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputTest {

  /** What the child runs. */
  static final class Child {

    private Child() {}

    /** Prints a variable, waits, and ends with the exit code given. */
    public static void main(String[] arguments) throws InterruptedException {
      System.out.println(System.getenv("CHAGRES_TEST"));
      System.out.flush();
      Thread.sleep(300);
      System.out.println("end");
      System.exit(Integer.parseInt(arguments[0]));
    }
  }

  private static List<String> child(String code) {
    return FreshJvm.plain("org.chagres.bench", Child.class.getName(), List.of(code));
  }

  @Test
  void linesComeWithTheirTimes() {
    List<Output.Line> lines = Output.requireStamped(child("0"), Map.of("CHAGRES_TEST", "seen"));
    assertEquals(List.of("seen", "end"), lines.stream().map(Output.Line::text).toList());
    double apart = lines.get(1).seconds() - lines.get(0).seconds();
    assertTrue(lines.get(0).seconds() > 0 && apart > 0.25, lines.toString());
  }

  @Test
  void aFailureIsTold() {
    assertEquals(3, Output.of(child("3")).exitCode());
    assertThrows(IllegalStateException.class, () -> Output.require(child("3")));
  }

  @Test
  void jarsOfModulesGoOnTheClassPath() {
    List<String> command = FreshJvm.onClassPath("Main", List.of("x"));
    int at = command.indexOf("-cp");
    assertEquals(System.getProperty("java.class.path"), command.get(at + 1));
    assertEquals(List.of("Main", "x"), command.subList(at + 2, at + 4));
    assertEquals(1, command.stream().filter(o -> o.startsWith("--enable-native-access")).count());
  }
}

package org.chagres.train.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.chagres.train.oracle.Oracle;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replays recorded cases and ends with {@code N passed, N failed}. */
@CommandLine.Command(
    name = "oracle",
    description = "Replays a folder of PyTorch's recorded answers; exit code 1 if any differs.",
    mixinStandardHelpOptions = true)
final class OracleCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "Folder of *.safetensors cases.") private Path folder;

  @Option(names = {"-v", "--verbose"}, description = "Names the cases that agree, too.") private boolean verbose;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Oracle.Result> results = new Oracle().run(folder, r -> {
      if (!r.passed()) {
        out.println("FAILED " + r.name() + ": " + r.failure());
      } else if (verbose) {
        out.println("passed " + r.name());
      }
    });
    long passed = results.stream().filter(Oracle.Result::passed).count();
    out.println(passed + " passed, " + (results.size() - passed) + " failed");
    out.flush();
    return passed == results.size() ? 0 : 1;
  }
}

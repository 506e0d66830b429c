package org.chagres.train.cli;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line's entry. Subcommands of this module are listed on the annotation; those of other modules come through {@link
 * Command}.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 called wrongly.
 */
@CommandLine.Command(
    name = "chagres",
    description = "Deep learning in pure Java.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {Info.class, TrainCommand.class, EvalCommand.class, PredictCommand.class, OracleCommand.class,
      CommandLine.HelpCommand.class})
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  /** For picocli. */
  public Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    int code;
    try {
      code = commandLine().execute(args);
    } catch (OutOfMemoryError e) {
      System.err.println("chagres: the Java heap is full (" + e.getMessage() + "); give it more with -Xmx");
      code = 1;
    }
    System.exit(code);
  }

  /** The whole command line, ready to execute; for tests too. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    for (Command command : ServiceLoader.load(Command.class)) {
      line.addSubcommand(command);
    }
    line.setExecutionExceptionHandler(Main::explain);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Main::refuse);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing subcommand");
  }

  /** A wrong call is one sentence, too; no subcommand at all asks for the list of them. */
  private static int refuse(ParameterException failure, String[] args) {
    CommandLine line = failure.getCommandLine();
    PrintWriter err = line.getErr();
    if (line.getParent() == null && args.length == 0) {
      line.usage(err);
    } else {
      err.println("chagres: " + failure.getMessage() + "; see " + line.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** A failure is one sentence; who wants the stack trace sets {@code -Dchagres.trace=true}. */
  private static int explain(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
    PrintWriter err = line.getErr();
    String message = failure.getMessage();
    err.println("chagres: " + (message == null ? failure.toString() : message));
    if (Boolean.getBoolean("chagres.trace")) {
      failure.printStackTrace(err);
    }
    err.flush();
    return failure instanceof UsageException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
  }
}

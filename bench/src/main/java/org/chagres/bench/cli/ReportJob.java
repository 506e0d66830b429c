package org.chagres.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.report.Report;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Rows that were written with {@code --json}, by whomever, as one dated report. */
@CommandLine.Command(
    name = "report",
    description = "Makes a dated report of files with one JSON object a line, a table for each kind of row.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class ReportJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*",
      description = "Files of rows; lines that are none are passed over.") private List<Path> files;

  @Option(names = "--name", paramLabel = "NAME", defaultValue = "rows",
      description = "What the report is called, after its date.") private String name;

  @Option(names = "--fact", paramLabel = "NAME=TEXT",
      description = "Something to know about all of it; may be given often.") private Map<String, String> facts =
          new LinkedHashMap<>();

  @Option(names = "--out", paramLabel = "DIR", defaultValue = "bench/results",
      description = "Where the report goes.") private Path out;

  @Override
  public Integer call() {
    Map<String, List<Row>> kinds = new LinkedHashMap<>();
    for (Path file : files) {
      try {
        Files.readAllLines(file).stream().flatMap(line -> Rows.parse(line).stream()).forEach(row -> kinds
            .computeIfAbsent(row.fields().get("what").toString(), kind -> new ArrayList<>()).add(row));
      } catch (IOException e) {
        throw new ParameterException(spec.commandLine(), file + ": cannot be read: " + e.getMessage(), e);
      }
    }
    if (kinds.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "FILE: expected rows of JSON, found none in " + files);
    }
    Report report = new Report(name, String.join(" ", spec.root().version()));
    facts.forEach(report::fact);
    kinds.forEach((kind, rows) -> report.say("## " + kind).table(kind, rows));
    PrintWriter console = spec.commandLine().getOut();
    console.println("report: " + report.write(out));
    console.flush();
    return 0;
  }
}

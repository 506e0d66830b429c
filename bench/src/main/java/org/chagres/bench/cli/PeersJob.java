package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.peers.Case;
import org.chagres.bench.peers.Job;
import org.chagres.bench.peers.SideBySide;
import org.chagres.bench.peers.Torch;
import org.chagres.bench.report.Report;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The same job on ours and on a peer's side, in turn. */
@CommandLine.Command(
    name = "peers",
    description = "Runs a job here and in PyTorch in turn, and writes a dated report.",
    showDefaultValues = true,
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class PeersJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--peers", paramLabel = "DIR", required = true,
      description = "Folder with setup.sh, which prints a Python with PyTorch, and torch_cnn.py.") private Path peers;

  @Option(names = "--job", paramLabel = "NAME", defaultValue = "train",
      description = "train, infer or ops.") private String job;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
      description = "Threads on each side; 0 for the CPUs granted.") private int threads;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "0",
      description = "Images at a time; 0 for 128 in training, 1 in inference.") private int batch;

  @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
      description = "How often each side runs.") private int rounds;

  @Option(names = "--out", paramLabel = "DIR", defaultValue = "bench/results",
      description = "Where the report goes.") private Path out;

  @Override
  public Integer call() {
    Common.positive(spec, "--rounds", rounds);
    Job what = job();
    if (what == Job.OPS && batch != 0) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--batch: ops have their own, leave it out");
    }
    int count = threads == 0
        ? Runtime.getRuntime().availableProcessors()
        : Common.positive(spec, "--threads", threads);
    int images = batch == 0 ? what.usualBatch() : Common.positive(spec, "--batch", batch);
    PrintWriter console = spec.commandLine().getOut();
    Torch torch = Torch.in(peers);
    SideBySide sides = new SideBySide(new Case(what, count, images, false), Optional.of(torch));
    Rows told = Rows.json(console);
    for (int round = 1; round <= rounds; round++) {
      sides.round(round, told::add);
    }
    List<Row> compared = sides.comparison().rows();
    Rows table = Rows.table(console);
    compared.forEach(table::add);
    Report report = new Report("peers-" + sides.what().title(), String.join(" ", spec.root().version()))
        .fact("peer", torch.versions())
        .fact("threads", Integer.toString(count))
        .fact("rounds", rounds + ", peer and ours in turn, medians")
        .say("A ratio over 1 says that ours is better. Figures whose name ends in `_us` are times, the others rates.")
        .table("compared", compared)
        .raw("raw", sides.raw());
    console.println("report: " + report.write(out));
    console.flush();
    return 0;
  }

  private Job job() {
    for (Job j : Job.values()) {
      if (j.title().equals(job.toLowerCase(Locale.ROOT))) {
        return j;
      }
    }
    throw new CommandLine.ParameterException(
        spec.commandLine(), "--job: expected train, infer or ops, got " + job);
  }
}

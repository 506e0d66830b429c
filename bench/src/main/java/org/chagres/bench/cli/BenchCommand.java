package org.chagres.bench.cli;

import org.chagres.train.cli.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ./chagres bench}: the case-study network and its ops, measured with the same rows and fields as peers print.
 *
 * <p>Fields: {@code ms_step} milliseconds a step, {@code img_s} images a second by the median step and {@code
 * best_img_s} by the best, {@code p50_us} and {@code p99_us} microseconds, {@code gflops} 10⁹ operations a second.
 * {@code share_of_peak} is a figure's part of {@code peak_gflops}, the FMA peak of as many threads measured in the
 * same run; it can exceed 1 where an algorithm saves multiplications. {@code heap_bytes} are those that a steady run
 * allocates on the Java heap, {@code host_us_step} and {@code host_us_op} what the host spends to queue a step and each of
 * its {@code calls} on a GPU, {@code gpu_busy} the part of an eager step that a replayed one takes, {@code rss_peak_mib}
 * the most physical memory of the process.
 */
@CommandLine.Command(
    name = "bench",
    description = "Measures training, inference, ops, memory and fresh starts, alone or beside peers.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TrainJob.class, InferJob.class, OpsJob.class, MemoryJob.class, StartsJob.class, FirstStepJob.class,
      PeersJob.class, TableJob.class, JmhJob.class, ReportJob.class
    })
public final class BenchCommand implements Command {

  @Spec private CommandSpec spec;

  /** For the service loader. */
  public BenchCommand() {}

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "Missing job, one of " + String.join(", ", spec.subcommands().keySet()));
  }
}

/** Benchmarks: JMH by floor of the tower, and side-by-side runs against peers. */
module org.chagres.bench {
  requires com.fasterxml.jackson.databind;
  requires java.management;
  requires jdk.management;
  requires jmh.core;
  requires org.chagres.train;

  opens org.chagres.bench.cli to
      info.picocli;

  provides org.chagres.train.cli.Command with
      org.chagres.bench.cli.BenchCommand;
}

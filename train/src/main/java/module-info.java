/** Optimizers, schedules, data, the training loop and the command line. */
module org.chagres.train {
  requires com.fasterxml.jackson.databind;
  requires java.desktop;
  requires java.net.http;
  requires org.jfree.jfreechart;
  requires me.tongfei.progressbar;
  requires transitive info.picocli;
  requires transitive org.chagres.nn;

  exports org.chagres.train.checkpoint;
  exports org.chagres.train.cli;
  exports org.chagres.train.data;
  exports org.chagres.train.data.source;
  exports org.chagres.train.data.transform;
  exports org.chagres.train.loop;
  exports org.chagres.train.metrics;
  exports org.chagres.train.model;
  exports org.chagres.train.optim;
  exports org.chagres.train.oracle;
  exports org.chagres.train.report;
  exports org.chagres.train.schedule;

  opens org.chagres.train.cli to
      info.picocli;

  uses org.chagres.train.cli.Command;
}

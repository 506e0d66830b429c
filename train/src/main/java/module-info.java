/** Optimizers, schedules, data, the training loop and the command line. */
module org.chagres.train {
  requires transitive info.picocli;
  requires transitive org.chagres.nn;

  exports org.chagres.train.cli;
  exports org.chagres.train.optim;
  exports org.chagres.train.schedule;

  opens org.chagres.train.cli to
      info.picocli;

  uses org.chagres.train.cli.Command;
}

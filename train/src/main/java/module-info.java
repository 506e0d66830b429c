/** Optimizers, schedules, data, the training loop and the command line. */
module org.chagres.train {
  requires transitive info.picocli;
  requires transitive org.chagres.nn;

  exports org.chagres.train.cli;

  opens org.chagres.train.cli to
      info.picocli;

  uses org.chagres.train.cli.Command;
}

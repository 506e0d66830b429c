/** Optimizers, schedules, data, the training loop and the command line. */
module org.chagres.train {
  requires transitive org.chagres.nn;
  requires java.desktop;
  requires org.jfree.jfreechart;

  exports org.chagres.train.metrics;
  exports org.chagres.train.optim;
  exports org.chagres.train.report;
  exports org.chagres.train.schedule;
}

/** Optimizers, schedules, data, the training loop and the command line. */
module org.chagres.train {
  requires transitive org.chagres.nn;
  requires java.desktop;
  requires java.net.http;

  exports org.chagres.train.data;
  exports org.chagres.train.data.source;
  exports org.chagres.train.data.transform;
}

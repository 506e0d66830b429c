/** Benchmarks: JMH by floor of the tower, and side-by-side runs against peers. */
module org.chagres.bench {
  requires jmh.core;
  requires org.chagres.train;
}

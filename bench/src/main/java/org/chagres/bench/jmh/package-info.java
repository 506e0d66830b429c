/**
 * JMH's benchmarks as one suite: run with the launcher's flags, each figure a share of the FMA peak of its own JVM.
 *
 * <p>Here: running JMH and reading its results. Not here: benchmarks; those are in {@code peak}, {@code kernel}, {@code
 * layer} and {@code network}. Read {@link org.chagres.bench.jmh.Suite} first.
 */
package org.chagres.bench.jmh;

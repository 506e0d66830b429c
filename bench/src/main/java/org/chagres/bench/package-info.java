/**
 * Measurements of Chagres against the machine and against its peers.
 *
 * <p>Packages, each by what it measures: {@code peak} the machine; with JMH {@code kernel} kernels, {@code layer} layers,
 * {@code network} the case-study network, all run by {@code jmh}; {@code memory}; {@code starts} kernels at every start;
 * {@code firststep} how soon training begins; {@code peers} the same on both sides; {@code table} all targets in one
 * sitting. {@code cli} is {@code ./chagres bench}, over {@code measure}, {@code process} and {@code report}. Benchmarks of
 * other libraries of the JVM are in {@code bench/src/peers}, built with {@code -Pjvm-peers} alone. Nothing here is what a
 * user of the library would call. Read {@code org.chagres.bench.peak.FmaPeak} first: every other figure is a share of that
 * one.
 */
package org.chagres.bench;

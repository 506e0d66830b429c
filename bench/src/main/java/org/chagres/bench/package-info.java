/**
 * Measurements of Chagres against the machine and against its peers.
 *
 * <p>Packages, each by what it measures: {@code peak} the machine, {@code kernel} kernels with JMH, {@code network} the
 * case-study network with JMH and as the commands run it, {@code memory}, {@code starts}, {@code peers}; {@code cli}
 * is {@code ./chagres bench}, over {@code measure} and {@code process}. Start JMH with {@code ./chagres jmh NAME}.
 * Nothing here is what a user of the library would call. Read {@code org.chagres.bench.peak.FmaPeak} first: every
 * other figure is a share of that one.
 */
package org.chagres.bench;

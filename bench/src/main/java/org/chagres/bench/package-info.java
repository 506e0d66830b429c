/**
 * Measurements of Chagres against the machine and against its peers.
 *
 * <p>Here: what belongs to no single floor. JMH benchmarks live one package down, by what they measure; start them with {@code
 * ./chagres jmh NAME}. Nothing that a user of the library would call. Read {@link org.chagres.bench.peak.FmaPeak} first: every
 * other figure is a share of that one.
 */
package org.chagres.bench;

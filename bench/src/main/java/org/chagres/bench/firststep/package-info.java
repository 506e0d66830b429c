/**
 * How soon a fresh JVM trains: from its start to the end of the first step, and to nearly full speed.
 *
 * <p>Here: a JVM that trains from its start, its steps timed from outside. Not here: whether kernels stay slow for good
 * ({@code starts}). Read {@link org.chagres.bench.firststep.FirstStep} first.
 */
package org.chagres.bench.firststep;

/**
 * Whether kernels are fast at every start of the JVM, not at most starts: HotSpot can leave a kernel, at random and
 * for good, in a tier in which its vectors are boxed.
 *
 * <p>Here: JVMs started with default flags while their compiler is kept busy, and a count of those that end slow.
 * Read {@link org.chagres.bench.starts.FreshStarts} first.
 */
package org.chagres.bench.starts;

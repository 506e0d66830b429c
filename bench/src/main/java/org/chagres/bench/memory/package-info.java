/**
 * What steps ask of memory: heap, pool and operating system.
 *
 * <p>Here: reading the JVM's and the pool's counters around work that is given. Read {@link
 * org.chagres.bench.memory.Footprint}.
 */
package org.chagres.bench.memory;

/**
 * Work in parallel with the same bits for any number of threads.
 *
 * <p>Here: the contract of a kernel call and the threads that run it. Not here: any arithmetic, and any thread but the workers'.
 * Read {@link org.chagres.simd.parallel.Job} first, then {@link org.chagres.simd.parallel.Workers}.
 */
package org.chagres.simd.parallel;

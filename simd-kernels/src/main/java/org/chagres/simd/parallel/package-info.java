/**
 * How kernels use several threads: the contract of a job, and the workers that run it.
 *
 * <p>Here lives all that starts, wakes and stops threads for kernels. Nothing here knows what a kernel
 * computes, and no kernel starts a thread of its own. Start with {@link org.chagres.simd.parallel.Job}, then
 * {@link org.chagres.simd.parallel.Workers}; how a job is run on several lanes is told in {@code Team}.
 *
 * <p>Work is cut into chunks by shape alone, and every chunk writes what is its own; so the threads are free
 * to take chunks in any order, from each other as well, and the bits stay the same.
 */
package org.chagres.simd.parallel;

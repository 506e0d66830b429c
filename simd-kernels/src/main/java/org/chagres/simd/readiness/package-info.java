/**
 * Whether the kernels run as compiled as they can: HotSpot may leave one with its vectors boxed, a hundred times slow, for the
 * life of a process. Here: a check that takes less than a second, for a log line at start-up. Not here: benchmarks. Read {@link
 * org.chagres.simd.readiness.Readiness} first.
 */
package org.chagres.simd.readiness;

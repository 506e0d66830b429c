/**
 * The width of a vector.
 *
 * <p>Here: the only place that asks the machine for it, so that a test can force another. Not here: loops. Read {@link
 * org.chagres.simd.lanes.Lanes}.
 */
package org.chagres.simd.lanes;

/**
 * What the machine could do at best, measured, not looked up: the figures that all others are shares of.
 *
 * <p>Here: loops that do nothing useful at the highest rate. Not here: kernels. Read {@link
 * org.chagres.bench.peak.FmaPeak}.
 */
package org.chagres.bench.peak;

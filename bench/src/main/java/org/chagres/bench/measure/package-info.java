/**
 * How times are taken and told: warm-up, medians, rows.
 *
 * <p>Here: nothing that knows what is measured. Read {@link org.chagres.bench.measure.Timing} first, then {@link
 * org.chagres.bench.measure.Row}.
 */
package org.chagres.bench.measure;

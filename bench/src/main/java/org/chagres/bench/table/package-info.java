/**
 * The table of targets: what Chagres is to reach, in one sitting with its peers, and whether it does.
 *
 * <p>Here: the list of targets, the sitting that measures what they need, and the verdicts. Not here: how a thing is
 * measured ({@code peers}, {@code starts}, {@code firststep}). Read {@link org.chagres.bench.table.Targets} first.
 */
package org.chagres.bench.table;

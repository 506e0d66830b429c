/**
 * Side by side with PyTorch and what else a folder of peers offers: both in one sitting, in turn, with the same
 * threads.
 *
 * <p>Here: starting both sides, bringing their rows together, and the report. Not here: what our side measures; it
 * runs the same commands as a user would. Read {@link org.chagres.bench.peers.SideBySide} first.
 */
package org.chagres.bench.peers;

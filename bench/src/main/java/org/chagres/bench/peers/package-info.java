/**
 * Side by side with PyTorch and what else a folder of peers offers, and with other libraries of the JVM: in one
 * sitting, in turn, with the same threads.
 *
 * <p>Here: starting both sides and bringing their rows together. Not here: what our side measures; it runs the same
 * commands as a user would; nor what ratio is aimed at ({@code table}). Read {@link org.chagres.bench.peers.SideBySide}
 * first.
 */
package org.chagres.bench.peers;

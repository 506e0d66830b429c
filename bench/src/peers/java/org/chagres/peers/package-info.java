/**
 * The case-study network in other libraries of the JVM, for figures side by side.
 *
 * <p>Here: the network, a step and a forward pass in each, and a main class that times them. Not here: anything of
 * Chagres; {@code ./chagres bench table} starts this in JVMs of its own. Read {@link org.chagres.peers.Main} first.
 */
package org.chagres.peers;

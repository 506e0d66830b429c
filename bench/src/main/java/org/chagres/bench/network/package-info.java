/**
 * The case-study network as it is measured: its shapes, its step, its forward pass.
 *
 * <p>Here: what JMH and the command line measure alike. Read {@link org.chagres.bench.network.CnnTraining} first.
 */
package org.chagres.bench.network;

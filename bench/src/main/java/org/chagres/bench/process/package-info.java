/**
 * Processes beside this one: fresh JVMs like it, and the peers'.
 *
 * <p>Here: putting a command together, running it and reading what it prints. Read {@link
 * org.chagres.bench.process.FreshJvm} first.
 */
package org.chagres.bench.process;

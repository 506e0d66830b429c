/**
 * Tools beside the runtime: preparing data, converting weights, regenerating and checking bindings.
 *
 * <p>Here: what a maintainer or a user runs now and then. Not here: anything a training or serving program needs while it runs.
 * A tool that wants a place on the command line implements {@link org.chagres.train.cli.Command}. The test that holds the
 * tower's rules lives in this module's tests, since all modules are below or beside it.
 */
package org.chagres.tools;

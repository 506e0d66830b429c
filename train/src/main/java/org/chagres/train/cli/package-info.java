/**
 * The command line: what {@code ./chagres} starts.
 *
 * <p>Here: parsing, and a class per subcommand that hands its options to the packages below. Not here: anything a program would
 * want to call without a command line. Read {@link org.chagres.train.cli.Main} first; modules further up add subcommands
 * through {@link org.chagres.train.cli.Command}.
 */
package org.chagres.train.cli;

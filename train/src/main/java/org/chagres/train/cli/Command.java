package org.chagres.train.cli;

import java.util.concurrent.Callable;

/**
 * A subcommand of {@code ./chagres} that lives in a module further up than this one, found through {@link
 * java.util.ServiceLoader}.
 *
 * <p>An implementation carries picocli's {@code @CommandLine.Command(name = ...)} with its options as fields, and its module
 * says {@code provides org.chagres.train.cli.Command with ...} and opens the package to {@code info.picocli}. {@link #call}
 * returns the exit code.
 */
public interface Command extends Callable<Integer> {}

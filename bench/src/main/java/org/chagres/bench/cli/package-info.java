/**
 * The command {@code ./chagres bench} and its subcommands.
 *
 * <p>Here: options, and what each job runs and prints. Not here: how times are taken ({@code measure}), what runs in
 * other processes ({@code starts}, {@code peers}). Read {@link org.chagres.bench.cli.BenchCommand} first, then {@code
 * TrainJob}.
 */
package org.chagres.bench.cli;

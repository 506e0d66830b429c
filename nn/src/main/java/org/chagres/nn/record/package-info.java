/**
 * Steps recorded once and replayed: a training step or an inference becomes a list of backend calls with fixed addresses in memory
 * that is planned, without tape, lookups or allocation.
 *
 * <p>Read {@link org.chagres.nn.record.Recorded}, the entry, then {@code StepRecorder} (what is noted), {@code ArenaPlan} (where
 * memory lies) and {@link org.chagres.nn.backend.Recorder}, which ops and backends talk to. What may not be here: ops, and
 * anything that knows what a step computes.
 */
package org.chagres.nn.record;

/**
 * Optimizers: what turns gradients into steps.
 *
 * <p>What lives here: the optimizers and what schedules may set of them. What may not: schedules, loops, files. Read
 * {@link org.chagres.train.optim.RateControlled} for the side that schedules see.
 */
package org.chagres.train.optim;

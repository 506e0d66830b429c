/**
 * Learning-rate schedules with PyTorch's names, defaults and recurrences, so that a run gets the same rates to the
 * last few bits.
 *
 * <p>What lives here: rules that set an optimizer's rates. What may not: optimizers (only the interface {@link
 * org.chagres.train.optim.RateControlled} is known here) and loops. Read {@link
 * org.chagres.train.schedule.LRScheduler} first.
 */
package org.chagres.train.schedule;

/**
 * The training loop: epochs, validation, checkpoints, early stopping, resuming, and what is shown meanwhile. Read {@link
 * org.chagres.train.loop.Trainer} first. It knows no data set, no network and no command line.
 */
package org.chagres.train.loop;

/**
 * Everything a run needs to go on, in one safetensors file that is written beside and renamed over: weights, optimizer, schedule,
 * place in the data, generator. Read {@link org.chagres.train.checkpoint.Checkpoint} first. The loop that uses it lives in {@code
 * train.loop}.
 */
package org.chagres.train.checkpoint;

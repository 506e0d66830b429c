/**
 * Losses with PyTorch's names, options and reductions, over the functions of {@code nn.functional}. Read {@link
 * org.chagres.nn.losses.CrossEntropyLoss} first.
 */
package org.chagres.nn.losses;

/**
 * Ops that layers and losses are made of, one file an op (or a family of siblings): the call, and beside it the derivative with
 * what it saves. Each checks its arguments, asks the backend for the arithmetic and hands both to {@link
 * org.chagres.nn.tensor.Tape#record}. No state lives here, but for {@link org.chagres.nn.functional.PackedWeights}, which a layer
 * keeps. Read {@link org.chagres.nn.functional.Linear} first; {@code CONTRIBUTING.md} tells how to add an op.
 */
package org.chagres.nn.functional;

/**
 * CUDA's libraries: where they are found, which version they are, and why one is missing; how the generated bindings in
 * the packages below reach their functions; what a failed call is told with.
 *
 * <p>Here: finding, opening, versions, errors. Not here: devices, streams, memory, which are the module {@code gpu}'s;
 * and no knowledge of the generated packages, which know this one. Nothing here fails on a machine without CUDA:
 * constants work, {@link org.chagres.bindings.Libraries#status} says what is missing, and a function that can't be
 * reached throws when it is called.
 *
 * <p>Read {@link org.chagres.bindings.Library} first, then {@link org.chagres.bindings.Libraries} and {@link
 * org.chagres.bindings.Symbols}.
 */
package org.chagres.bindings;

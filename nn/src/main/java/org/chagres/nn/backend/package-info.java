/**
 * What a device must be able to do: the contract between functions and kernels, a small interface per family of ops.
 *
 * <p>Here: interfaces, and records that group their arguments. Not here: a device; each implements this in a package of its own.
 * Every call names its outputs and allocates nothing. Read {@link org.chagres.nn.backend.Backend} first.
 */
package org.chagres.nn.backend;

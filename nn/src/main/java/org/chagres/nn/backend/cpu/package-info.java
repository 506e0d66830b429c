/**
 * The CPU's backend: each call builds a kernel's job and runs it.
 *
 * <p>Here: one class per interface of {@link org.chagres.nn.backend}, thin. Not here: arithmetic, which is the kernels', and
 * shapes of tensors, which are the functions'. Only the class that registers backends knows this package. Read {@link
 * org.chagres.nn.backend.cpu.CpuStream} first.
 */
package org.chagres.nn.backend.cpu;

/**
 * Our own kernels in CUDA C++, beside this package as resources, one file a family, and how each is launched: its grid,
 * which follows from sizes alone, and its arguments. They do what {@code simd-kernels} does on the CPU, with the same
 * rules for NaN, ties and random numbers.
 *
 * <p>Two halves. What is launched needs no CUDA: sources, names, checks, grids, arguments, up to {@link
 * org.chagres.gpu.kernel.Launcher}. What launches: {@link org.chagres.gpu.kernel.StreamLauncher}, which has a source
 * compiled by NVRTC at its first kernel. Every method names its results and allocates no device memory. A segment stands
 * for device memory: its address and size are used, it is never read; what may be left out is left out with {@link
 * java.lang.foreign.MemorySegment#NULL}. Objects belong to one thread, the device's.
 *
 * <p>Read {@link org.chagres.gpu.kernel.Launcher} first, then {@link org.chagres.gpu.kernel.MapKernels} with {@code
 * unary.cu}.
 */
package org.chagres.gpu.kernel;

/**
 * Runs CUDA C++ on the CPU, for tests: a source is compiled by g++ behind a header with CUDA's builtins, a block's
 * threads are fibers, so that barriers and shuffles are real, and blocks run one after another. "Device memory" is
 * native memory.
 *
 * <p>Here: compiling, loading, launching, and a {@link org.chagres.gpu.kernel.Launcher} on top. Not here: tests, nor
 * JUnit: other modules' tests put it behind stand-ins of CUDA's libraries. Read {@link
 * org.chagres.gpu.emulator.Emulator} first, then {@code emulator.hpp} beside it.
 */
package org.chagres.gpu.emulator;

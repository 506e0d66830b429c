/**
 * CUDA's libraries without a GPU, for tests: functions in Java behind the real generated bindings, with device memory
 * that is native memory, the products and convolutions as plain loops, kernels run by {@code gpu.emulator}.
 *
 * <p>Here: what the libraries do as seen through their interface, failures on demand, what is still live, who misused
 * what. Work is done at once, in the order of the program; waiting, events, capture and errors are as on a device. Not
 * here: tests' assertions, nor JUnit: other modules' tests use this. Read {@link org.chagres.gpu.fake.FakeCuda} first,
 * then {@code Stubs} and {@code Machine}.
 */
package org.chagres.gpu.fake;

/**
 * A device and what runs on it: the probe that says why there is none, the device's own thread, streams, events,
 * recorded graphs, errors.
 *
 * <p>Here: what every other package of the module stands on. Not here: memory ({@code gpu.memory}), products ({@code
 * gpu.blas}), convolutions ({@code gpu.dnn}), our own kernels ({@code gpu.kernel}); and no tensor, anywhere in the
 * module.
 *
 * <p>All of CUDA's functions are called on the device's thread. A method called from another thread hands the call over
 * and waits, so that a program may be written without knowing of it; a loop that is to run at full speed lives in
 * {@link org.chagres.gpu.CudaDevice#run}. What is closed too late is closed with the device.
 *
 * <p>Who computes on a device puts together what it takes; the order does not matter for closing:
 *
 * <pre>{@code
 * CudaDevice device = CudaDevice.of(0);
 * DevicePool pool = DevicePool.of(device.stream());
 * Workspace workspace = Workspace.of(pool);
 * StreamLauncher launcher = new StreamLauncher(KernelLibraries.of(device), workspace);
 * Blas blas = Blas.of(pool);
 * BlasLt products = BlasLt.of(workspace);
 * Convolutions convolutions = Convolutions.of(workspace, launcher);
 * }</pre>
 *
 * <p>Read {@link org.chagres.gpu.CudaDevice} first, then {@link org.chagres.gpu.CudaStream}.
 */
package org.chagres.gpu;

/**
 * Tools beside the runtime: preparing data, converting weights, regenerating and checking bindings.
 *
 * <p>Here: what a maintainer or a user runs now and then. Not here: anything a training or serving program needs while it runs.
 * A tool that wants a place on the command line implements {@link org.chagres.train.cli.Command}, as {@link
 * org.chagres.tools.TorchInterop} does: read that first. The test that holds the tower's rules lives in this module's tests,
 * since all modules are below or beside it.
 *
 * <p>Scripts in the module's folder, run by hand where Python is there:
 *
 * <ul>
 *   <li>{@code python3 tools/torch_interop.py} (PyTorch and safetensors installed): the case-study CNN's weights from Chagres to
 *       PyTorch and back, loaded strictly, outputs compared; ends with exit code 0 if both ways agree to 1e-4.
 *   <li>{@code tools/gpu-check}: packs what checks and measures Chagres on a machine with a GPU; {@code src/gpu-check/run} is what
 *       runs there, {@code torch_gpu.py} the peer beside it.
 * </ul>
 */
package org.chagres.tools;

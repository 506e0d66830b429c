/**
 * 2-D convolution over channels-last f32: the entry, the choice of algorithm, and the direct kernels for forward,
 * gradient of the data, gradient of the filter and the bias, packing of weights; a depthwise path of its own. No matrix
 * multiplication and no tensor here: a pass is a {@link org.chagres.simd.conv.View}, targets that sum windows of a
 * source; strides of the gradient are residue classes, each a stride-1 convolution of fewer taps ({@link
 * org.chagres.simd.conv.Axis}).
 *
 * <p>Read {@link org.chagres.simd.conv.Conv}, the entry, {@link
 * org.chagres.simd.conv.Algorithm}, then {@code DirectSweep} (the loops), {@code Windows} (borders
 * and the pixel table), {@code Tile5x2} (the micro-kernels), {@code PlaneSweep} (few target channels), {@code
 * PatchFilterJob} and {@code FilterJob}. Sizes of tiles and blocks are all in {@code Tiling}.
 *
 * <p>What may not be here: transforms ({@code simd.winograd} does them), fused epilogues of other families, threads.
 */
package org.chagres.simd.conv;

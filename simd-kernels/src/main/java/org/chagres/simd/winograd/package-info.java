/**
 * 3×3 convolutions of stride 1 by Winograd's minimal filtering F(2×2, 3×3), f32, channels last: 16 multiplications a
 * tile of four outputs instead of 36. A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2015).
 *
 * <p>Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A, for each 4×4 tile d of the input and 3×3 filter g; the element-wise products,
 * summed over channels, are 16 matrix products.
 *
 * <p>The gradient of the filter sums the outer products of Bᵀ d B and A dY Aᵀ over tiles: {@code FilterGradient}.
 *
 * <p>Here: transforms, products, blocking. Not here: the choice between this and the direct kernels, which {@code
 * simd.conv} makes; other sizes of tiles. Read {@link org.chagres.simd.winograd.Winograd}, the entry, {@code TileGrid}
 * and {@code TileLayout} for the geometry, {@code WinogradJob} for the loops, then {@code InputTransform}, {@code
 * Kernel6x2} and {@code OutputTransform}. Sizes of tiles and blocks are all in {@code Tiles}.
 */
package org.chagres.simd.winograd;

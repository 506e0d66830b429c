/**
 * Matrix products by cuBLAS, and by cuBLASLt where something is to be done to the result on its way: bias, ReLU, GELU,
 * their gradients.
 *
 * <p>Here: handles, shapes, the algorithms that cuBLASLt proposes, kept by shape. Not here: what a product is for.
 * Matrices are row-major; cuBLAS, which takes columns first, is given the transposed product.
 *
 * <p>Read {@link org.chagres.gpu.blas.Gemm} first, then {@link org.chagres.gpu.blas.Blas}.
 */
package org.chagres.gpu.blas;

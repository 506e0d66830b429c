/**
 * Maps, element by element: functions of one operand ({@link org.chagres.simd.elementwise.UnaryMap}) and of two
 * ({@link org.chagres.simd.elementwise.BinaryMap}), their derivatives, comparisons, selection, copies between a view
 * with strides and dense memory, casts and filling.
 *
 * <p>A public class here is an entry: it checks the arguments and returns a {@link org.chagres.simd.parallel.Job}.
 * The loops are in the package's other classes; a loop knows one operation, whole vectors and addresses, and nothing
 * of strides: operands that are not dense come as a repeated value or packed into a dense block by {@link
 * org.chagres.simd.elementwise.Operand}. Nothing here combines elements: that is {@code simd.reduce}.
 *
 * <p>Read {@link org.chagres.simd.elementwise.UnaryMap} first, then {@link org.chagres.simd.elementwise.BinaryMap}.
 */
package org.chagres.simd.elementwise;

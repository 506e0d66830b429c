package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;
import org.chagres.simd.shape.UnaryOp;

/** Maps, element by element. Operands and result may be the same memory where they run element for element. */
public interface ElementwiseOps {

  /** y = f(x), f32, dense. */
  void unary(Unary f, long count, MemorySegment x, MemorySegment y);

  /** dx = dy · f'(…), with the input or the output saved as {@link UnaryOp#savesOutput} says; f32, dense. */
  void unaryBackward(Unary f, long count, MemorySegment dy, MemorySegment saved, MemorySegment dx);

  /** y = a ∘ b with the strides of two operands; f32, f64, i64 or i32. */
  void binary(BinaryOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y);

  /**
   * The gradients of {@link #binary}, f32, both in the result's size (the caller sums what was broadcast); either may be
   * left out.
   */
  void binaryBackward(
      BinaryOp op, Strided shape, MemorySegment dy, MemorySegment a, MemorySegment b, MemorySegment da,
      MemorySegment db);

  /** y = a ∘ b as bool, with the strides of two operands; any type. */
  void compare(CompareOp op, DType type, Strided shape, MemorySegment a, MemorySegment b, MemorySegment y);

  /** y = condition ? a : b with the strides of three operands (condition bool, a and b f32). */
  void where(Strided shape, MemorySegment condition, MemorySegment a, MemorySegment b, MemorySegment y);

  /** y = x with the strides of one operand, of any type; makes a view dense, repeats what is broadcast. */
  void gather(DType type, Strided shape, MemorySegment x, MemorySegment y);

  /** The reverse: writes dense x to y at the strides of one operand (no element twice); {@code add} for f32 sums. */
  void scatter(DType type, Strided shape, boolean add, MemorySegment x, MemorySegment y);

  /** y = x in another type; to an integer towards zero, to bool by "not 0". */
  void cast(DType from, DType to, long count, MemorySegment x, MemorySegment y);

  /** Sets every element. */
  void fill(DType type, long count, double value, MemorySegment y);
}

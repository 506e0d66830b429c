package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Maps, element by element. Operations go by the names of the CPU's; results may be an operand's memory where both are
 * dense.
 */
public final class MapKernels extends Launches {

  private final KernelTable unary = new KernelTable(Source.UNARY, "unary");
  private final KernelTable unaryBackward = new KernelTable(Source.UNARY, "unary_backward");
  private final KernelTable binary = new KernelTable(Source.BINARY, "binary");
  private final KernelTable wide = new KernelTable(Source.BINARY_WIDE, "binary");
  private final KernelTable binaryBackward = new KernelTable(Source.BINARY, "binary_backward");
  private final KernelTable compare = new KernelTable(Source.COMPARE, "compare");
  private final Kernel where = Kernel.of(Source.BINARY, "where_f32");

  /** Over a stream. */
  public MapKernels(Launcher launcher) {
    super(launcher);
  }

  /** y = f(x), f32. */
  public void unary(Function f, long count, MemorySegment x, MemorySegment y) {
    long bytes = floats(count);
    Arguments a = with().at(x, bytes, "x").at(y, bytes, "y").i64(count).f32(f.alpha()).f32(f.beta());
    if (count > 0) {
      launch(unary.of(f.op()), grid(ceilDiv(count, 4)), a);
    }
  }

  /** dx = dy · f', from the operand or the result, whichever the function saves; f32. */
  public void unaryBackward(Function f, long count, MemorySegment dy, MemorySegment saved, MemorySegment dx) {
    long bytes = floats(count);
    Arguments a = with().at(dy, bytes, "dy").at(saved, bytes, "saved").at(dx, bytes, "dx");
    a.i64(count).f32(f.alpha()).f32(f.beta());
    if (count > 0) {
      launch(unaryBackward.of(f.op()), grid(ceilDiv(count, 4)), a);
    }
  }

  /** y = a ∘ b; f32, f64, i64 or i32. Integers wrap; divided by 0 they are 0, so the caller refuses zeros before. */
  public void binary(
      String op, ElementType type, Strides shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    if (type.bytes() < 4) {
      throw new IllegalArgumentException(op + ": expected F32, F64, I64 or I32, got " + type);
    }
    long count = shape.of(2).count();
    operands(type, shape, a, b).at(y, bytes(count, type.bytes()), "y");
    shape.write(arguments);
    if (count > 0) {
      KernelTable table = type == ElementType.F32 ? binary : wide;
      launch(table.of(op, type.suffix()), grid(type == ElementType.F32 ? ceilDiv(count, 4) : count), arguments);
    }
  }

  private Arguments operands(ElementType type, Strides shape, MemorySegment a, MemorySegment b) {
    return with()
        .at(a, bytes(shape.span(0), type.bytes()), "a")
        .at(b, bytes(shape.span(1), type.bytes()), "b");
  }

  /** The gradients of {@link #binary}, f32, both in the result's size; either may be left out. */
  public void binaryBackward(
      String op,
      Strides shape,
      MemorySegment dy,
      MemorySegment a,
      MemorySegment b,
      MemorySegment da,
      MemorySegment db) {
    long count = shape.of(2).count();
    with().at(dy, floats(count), "dy").at(a, floats(shape.span(0)), "a").at(b, floats(shape.span(1)), "b");
    arguments.optional(da, floats(count), "da").optional(db, floats(count), "db");
    shape.write(arguments);
    if (count > 0) {
      launch(binaryBackward.of(op), grid(count), arguments);
    }
  }

  /** y = a ∘ b as bool; any type but bf16. */
  public void compare(
      String op, ElementType type, Strides shape, MemorySegment a, MemorySegment b, MemorySegment y) {
    if (type == ElementType.BF16) {
      throw new IllegalArgumentException(op + ": expected a type that the CPU has too, got " + type);
    }
    long count = shape.of(2).count();
    operands(type, shape, a, b).at(y, bytes(count, 1), "y");
    shape.write(arguments);
    if (count > 0) {
      launch(compare.of(op, type.suffix()), grid(count), arguments);
    }
  }

  /** y = condition ? a : b, f32. */
  public void where(Strides shape, MemorySegment condition, MemorySegment a, MemorySegment b, MemorySegment y) {
    long count = shape.of(3).count();
    with().at(condition, bytes(shape.span(0), 1), "condition");
    arguments.at(a, floats(shape.span(1)), "a").at(b, floats(shape.span(2)), "b").at(y, floats(count), "y");
    shape.write(arguments);
    if (count > 0) {
      launch(where, grid(count), arguments);
    }
  }
}

package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** Copies with strides, conversions of type and filling. */
public final class CopyKernels extends Launches {

  /** Sides under which a transpose by tiles of 32 is no gain. */
  private static final int SMALL = 8;

  private final Map<ElementType, Kernel> gather = bySize("gather_");
  private final Map<ElementType, Kernel> scatter = bySize("scatter_");
  private final Kernel scatterAdd = Kernel.of(Source.COPY, "scatter_add_f32");
  private final Kernel transpose = Kernel.of(Source.COPY, "transpose_4");
  private final Kernel fill = Kernel.of(Source.COPY, "fill");
  private final KernelTable cast = new KernelTable(Source.CAST, "cast");

  /** Over a stream. */
  public CopyKernels(Launcher launcher) {
    super(launcher);
  }

  private static Map<ElementType, Kernel> bySize(String prefix) {
    Map<ElementType, Kernel> kernels = new EnumMap<>(ElementType.class);
    for (ElementType type : ElementType.values()) {
      kernels.put(type, Kernel.of(Source.COPY, prefix + type.bytes()));
    }
    return kernels;
  }

  /** y = x with the strides of one operand; makes a view dense, repeats what is broadcast. */
  public void gather(ElementType type, Strides shape, MemorySegment x, MemorySegment y) {
    long count = shape.of(1).count();
    with().at(x, bytes(shape.span(0), type.bytes()), "x").at(y, bytes(count, type.bytes()), "y");
    if (count == 0) {
      return;
    }
    if (type.bytes() == 4 && isTranspose(shape)) {
      transpose(shape);
      return;
    }
    shape.write(arguments);
    launch(gather.get(type), grid(count), arguments);
  }

  /** Whether it is one matrix transposed, or several. */
  private static boolean isTranspose(Strides shape) {
    int rank = shape.dims().length;
    if (rank < 2 || rank > 3) {
      return false;
    }
    long columns = shape.dims()[rank - 2];
    long rows = shape.dims()[rank - 1];
    long[] strides = shape.strides()[0];
    return columns >= SMALL && rows >= SMALL && strides[rank - 2] == 1 && strides[rank - 1] >= columns;
  }

  private void transpose(Strides shape) {
    int rank = shape.dims().length;
    long[] strides = shape.strides()[0];
    long columns = shape.dims()[rank - 2];
    long rows = shape.dims()[rank - 1];
    long batch = rank == 3 ? shape.dims()[0] : 1;
    arguments.i64(batch).i64(rows).i64(columns).i64(rank == 3 ? strides[0] : 0).i64(strides[rank - 1]);
    launch(transpose, blocks(batch * ceilDiv(rows, 32) * ceilDiv(columns, 32), 1), arguments);
  }

  /** The reverse: writes dense x to y at the strides of one operand, no element twice; {@code add} for sums of f32. */
  public void scatter(ElementType type, Strides shape, boolean add, MemorySegment x, MemorySegment y) {
    if (add && type != ElementType.F32) {
      throw new IllegalArgumentException("scatter: expected F32 to add, got " + type);
    }
    long count = shape.of(1).count();
    for (int d = 0; d < shape.dims().length; d++) {
      if (shape.dims()[d] > 1 && shape.strides()[0][d] == 0) {
        throw new IllegalArgumentException("scatter: expected no repeated element in the target, got " + shape);
      }
    }
    with().at(x, bytes(count, type.bytes()), "x").at(y, bytes(shape.span(0), type.bytes()), "y");
    shape.write(arguments);
    if (count > 0) {
      launch(add ? scatterAdd : scatter.get(type), grid(count), arguments);
    }
  }

  /** y = x in another type, other than its own; bf16 to and from f32 only. */
  public void cast(ElementType from, ElementType to, long count, MemorySegment x, MemorySegment y) {
    boolean half = from == ElementType.BF16 || to == ElementType.BF16;
    if (half && from != ElementType.F32 && to != ElementType.F32) {
      throw new IllegalArgumentException("cast: BF16 is converted to and from F32, got " + from + " to " + to);
    }
    with().at(x, bytes(count, from.bytes()), "x").at(y, bytes(count, to.bytes()), "y").i64(count);
    if (count > 0) {
      launch(cast.of(from.name(), to.suffix()), grid(half ? ceilDiv(count, 4) : count), arguments);
    }
  }

  /** Sets every element; the value is converted as by {@link #cast}. */
  public void fill(ElementType type, long count, double value, MemorySegment y) {
    long pattern = switch (type) {
      case F32 -> (Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL) * 0x1_0000_0001L;
      case F64 -> Double.doubleToRawLongBits(value);
      case I64 -> (long) value;
      case I32 -> ((long) value & 0xFFFF_FFFFL) * 0x1_0000_0001L;
      case U8 -> ((long) value & 0xFF) * 0x0101_0101_0101_0101L;
      case BOOL -> value != 0 ? 0x0101_0101_0101_0101L : 0;
      case BF16 -> throw new IllegalArgumentException("fill: BF16 is converted to and from F32 only");
    };
    fillBytes(bytes(count, type.bytes()), pattern, y);
  }

  /** Sets all bytes to 0. */
  public void zero(long bytes, MemorySegment y) {
    fillBytes(bytes(bytes, 1), 0, y);
  }

  private void fillBytes(long bytes, long pattern, MemorySegment y) {
    with().at(y, bytes, "y").i64(bytes).i64(pattern);
    if (bytes > 0) {
      launch(fill, grid(ceilDiv(bytes, 16)), arguments);
    }
  }
}

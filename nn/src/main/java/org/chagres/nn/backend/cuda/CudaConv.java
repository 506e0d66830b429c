package org.chagres.nn.backend.cuda;

import static org.chagres.nn.backend.cuda.Translate.geometry;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.dnn.ConvGeometry;
import org.chagres.gpu.dnn.ConvMemory;
import org.chagres.gpu.dnn.ConvOp;
import org.chagres.gpu.dnn.Convolutions;
import org.chagres.gpu.dnn.FilterPacking;
import org.chagres.gpu.kernel.CopyKernels;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.Lines;
import org.chagres.gpu.kernel.ReduceKernels;
import org.chagres.nn.backend.ConvOps;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.ReduceOp;

/**
 * Convolutions on a GPU: cuDNN's plans. In bf16 x, dy and the weight are rounded to it before, sums are f32, and the result is
 * widened again.
 */
final class CudaConv implements ConvOps {

  private final CudaQueue queue;
  private final Convolutions convolutions;
  private final ElementType type;
  private final FilterPacking packing;
  private final CopyKernels copies;
  private final ReduceKernels reductions;

  /** Convolutions whose calls go to a queue, in f32 or bf16. */
  CudaConv(CudaQueue queue, Convolutions convolutions, ElementType type) {
    this.queue = queue;
    this.convolutions = convolutions;
    this.type = type;
    this.packing = new FilterPacking(queue.launcher());
    this.copies = new CopyKernels(queue.launcher());
    this.reductions = new ReduceKernels(queue.launcher());
  }

  /** Both passes read the weight in the same order. */
  @Override
  public ConvPass packing(ConvPass pass) {
    return ConvPass.FORWARD;
  }

  @Override
  public long packedBytes(ConvShape shape, ConvPass pass) {
    return shape.wCount() * type.bytes();
  }

  @Override
  public void pack(ConvShape shape, ConvPass pass, MemorySegment w, MemorySegment packed) {
    ConvGeometry g = geometry(shape);
    queue.run(() -> packing.pack(g, type, w, packed));
  }

  @Override
  public void forward(
      ConvShape shape, MemorySegment x, MemorySegment packed, MemorySegment bias, MemorySegment y) {
    ConvGeometry g = geometry(shape);
    boolean hasBias = bias.address() != 0;
    ConvOp op = hasBias ? ConvOp.FORWARD_BIAS : ConvOp.FORWARD;
    queue.run(() -> {
      Operands o = new Operands(0, g.xCount(), g.yCount(), hasBias ? g.k() : 0);
      MemorySegment out = o.target(y, g.yCount());
      convolutions.run(op, g, type,
          new ConvMemory(o.source(x, g.xCount()), packed, out, hasBias ? o.source(bias, g.k()) : bias));
      o.widen(out, y, g.yCount());
    });
  }

  @Override
  public void backwardData(ConvShape shape, MemorySegment dy, MemorySegment packed, MemorySegment dx) {
    ConvGeometry g = geometry(shape);
    queue.run(() -> {
      Operands o = new Operands(0, g.xCount(), g.yCount());
      MemorySegment out = o.target(dx, g.xCount());
      convolutions.run(ConvOp.BACKWARD_DATA, g, type, ConvMemory.of(out, packed, o.source(dy, g.yCount())));
      o.widen(out, dx, g.xCount());
    });
  }

  @Override
  public void backwardFilter(
      ConvShape shape, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment db) {
    ConvGeometry g = geometry(shape);
    queue.run(() -> {
      Operands o = new Operands(g.wCount(), g.xCount(), g.yCount());
      MemorySegment out = o.take(g.wCount());
      convolutions.run(ConvOp.BACKWARD_FILTER, g, type,
          ConvMemory.of(o.source(x, g.xCount()), out, o.source(dy, g.yCount())));
      packing.unpack(g, type, out, dw);
      if (db.address() != 0) {
        reductions.reduce(ReduceOp.SUM.name(), new Lines(1, g.yCount() / g.k(), g.k()), dy, db);
      }
    });
  }

  /** Memory of one call for operands in the type that is computed in; in f32 the given ones themselves. */
  private final class Operands {

    private static final long ALIGNMENT = 256;

    private final MemorySegment memory;
    private long end;

    /**
     * On the device's thread.
     *
     * @param own elements that are taken in any case
     * @param converted elements of each operand
     */
    Operands(long own, long... converted) {
      long bytes = rounded(own);
      if (type != ElementType.F32) {
        for (long count : converted) {
          bytes += rounded(count);
        }
      }
      memory = queue.operands(bytes);
    }

    private long rounded(long count) {
      return (count * type.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    MemorySegment take(long count) {
      MemorySegment part = memory.asSlice(end, count * type.bytes());
      end += rounded(count);
      return part;
    }

    MemorySegment source(MemorySegment given, long count) {
      if (type == ElementType.F32) {
        return given;
      }
      MemorySegment narrow = take(count);
      copies.cast(ElementType.F32, type, count, given, narrow);
      return narrow;
    }

    MemorySegment target(MemorySegment given, long count) {
      return type == ElementType.F32 ? given : take(count);
    }

    void widen(MemorySegment narrow, MemorySegment given, long count) {
      if (type != ElementType.F32) {
        copies.cast(type, ElementType.F32, count, narrow, given);
      }
    }
  }
}

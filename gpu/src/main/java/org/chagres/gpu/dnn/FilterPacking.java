package org.chagres.gpu.dnn;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.CopyKernels;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.Launcher;
import org.chagres.gpu.kernel.Strides;

/**
 * Filters between PyTorch's order, f32 (k, c / groups, kh, kw), and cuDNN's channels-last one, (k, kh, kw, c / groups) in
 * the type that is computed with: to it once for each change, the gradient back. On the launcher's thread.
 */
public final class FilterPacking {

  private final Launcher launcher;
  private final CopyKernels copies;

  /** Over a stream. */
  public FilterPacking(Launcher launcher) {
    this.launcher = launcher;
    this.copies = new CopyKernels(launcher);
  }

  /** Queues packed = filter. */
  public void pack(ConvGeometry g, ElementType type, MemorySegment filter, MemorySegment packed) {
    long taps = (long) g.kernel().h() * g.kernel().w();
    long channels = g.c() / g.groups();
    Strides toLast = new Strides(new long[] {g.k(), taps, channels}, new long[][] {{taps * channels, 1, taps}});
    if (type == ElementType.F32) {
      copies.gather(ElementType.F32, toLast, filter, packed);
    } else {
      MemorySegment wide = launcher.scratch(g.wCount() * Float.BYTES);
      copies.gather(ElementType.F32, toLast, filter, wide);
      copies.cast(ElementType.F32, type, g.wCount(), wide, packed);
    }
  }

  /** Queues filter = packed, such as the filter's gradient. */
  public void unpack(ConvGeometry g, ElementType type, MemorySegment packed, MemorySegment filter) {
    long taps = (long) g.kernel().h() * g.kernel().w();
    long channels = g.c() / g.groups();
    Strides toFirst = new Strides(new long[] {g.k(), channels, taps}, new long[][] {{taps * channels, 1, channels}});
    MemorySegment wide = packed;
    if (type != ElementType.F32) {
      wide = launcher.scratch(g.wCount() * Float.BYTES);
      copies.cast(type, ElementType.F32, g.wCount(), packed, wide);
    }
    copies.gather(ElementType.F32, toFirst, wide, filter);
  }
}

package org.chagres.nn.backend.cuda;

import org.chagres.gpu.dnn.ConvGeometry;
import org.chagres.gpu.kernel.Averaging;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.Lines;
import org.chagres.gpu.kernel.Strides;
import org.chagres.gpu.kernel.Windows;
import org.chagres.gpu.kernel.Windows.Extent;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.ReduceShape;
import org.chagres.simd.shape.Reduction;
import org.chagres.simd.shape.Size;
import org.chagres.simd.shape.Strided;

/** Shapes of the contract as the GPU's kernels have them, which know nothing of the CPU's. */
final class Translate {

  private Translate() {}

  static ElementType type(DType type) {
    return switch (type) {
      case F32 -> ElementType.F32;
      case F64 -> ElementType.F64;
      case I64 -> ElementType.I64;
      case I32 -> ElementType.I32;
      case U8 -> ElementType.U8;
      case BOOL -> ElementType.BOOL;
    };
  }

  static Strides strides(Strided s) {
    return new Strides(s.dims(), s.strides());
  }

  static Lines lines(ReduceShape s) {
    return new Lines(s.outer(), s.length(), s.inner());
  }

  static Averaging averaging(Reduction reduction) {
    return switch (reduction) {
      case NONE -> Averaging.NONE;
      case MEAN -> Averaging.MEAN;
      case SUM -> Averaging.SUM;
    };
  }

  static Windows windows(PoolShape s) {
    return new Windows(
        s.n(), s.c(), new Extent(s.h(), s.w()), extent(s.kernel()), extent(s.stride()), extent(s.padding()),
        extent(s.out()), s.adaptive(), s.countPadding());
  }

  private static Extent extent(Size s) {
    return new Extent(s.h(), s.w());
  }

  static ConvGeometry geometry(ConvShape s) {
    return new ConvGeometry(
        s.n(), s.c(), s.h(), s.w(), s.k(), size(s.kernel()), size(s.stride()), size(s.padding()), size(s.dilation()),
        s.groups());
  }

  private static org.chagres.gpu.dnn.Size size(Size s) {
    return new org.chagres.gpu.dnn.Size(s.h(), s.w());
  }
}

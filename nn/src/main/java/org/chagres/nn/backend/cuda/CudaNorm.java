package org.chagres.nn.backend.cuda;

import static org.chagres.nn.backend.cuda.Translate.windows;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.BatchNormKernels;
import org.chagres.gpu.kernel.BatchNormKernels.Mode;
import org.chagres.gpu.kernel.FusedKernels;
import org.chagres.gpu.kernel.LayerNormKernels;
import org.chagres.gpu.kernel.Norm;
import org.chagres.gpu.kernel.Rows;
import org.chagres.gpu.kernel.Windows;
import org.chagres.nn.backend.NormOps;
import org.chagres.simd.fused.Drop;
import org.chagres.simd.fused.Normalized;
import org.chagres.simd.fused.Pooled;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.norm.Running;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.PoolShape;

/** Normalisation on a GPU. */
final class CudaNorm implements NormOps {

  private final CudaQueue queue;
  private final BatchNormKernels batch;
  private final LayerNormKernels layer;
  private final FusedKernels fused;

  /** Over the queue that its kernels go to. */
  CudaNorm(CudaQueue queue) {
    this.queue = queue;
    this.batch = new BatchNormKernels(queue.launcher());
    this.layer = new LayerNormKernels(queue.launcher());
    this.fused = new FusedKernels(queue.launcher());
  }

  private static Rows rows(NormShape s) {
    return new Rows(s.rows(), s.columns(), s.eps());
  }

  private static Norm norm(Moments m, Affine a) {
    return new Norm(m.mean(), m.inverseStd(), a.weight(), a.bias());
  }

  private static Norm.Gradients gradients(Gradients g) {
    return new Norm.Gradients(g.x(), g.weight(), g.bias());
  }

  private static org.chagres.gpu.kernel.Running running(Running r) {
    return new org.chagres.gpu.kernel.Running(r.mean(), r.variance(), r.momentum());
  }

  @Override
  public void batchMoments(NormShape shape, MemorySegment x, Moments moments, Running running) {
    Rows s = rows(shape);
    Norm norm = norm(moments, Affine.NONE);
    var statistics = running(running);
    queue.run(() -> batch.moments(s, x, norm, statistics));
  }

  @Override
  public void runningMoments(NormShape shape, Running running, Moments moments) {
    Rows s = rows(shape);
    Norm norm = norm(moments, Affine.NONE);
    var statistics = running(running);
    queue.run(() -> batch.runningMoments(s, statistics, norm));
  }

  @Override
  public void batchApply(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    apply(shape, false, x, norm(moments, affine), y);
  }

  @Override
  public void batchApplyRelu(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    apply(shape, true, x, norm(moments, affine), y);
  }

  private void apply(NormShape shape, boolean relu, MemorySegment x, Norm norm, MemorySegment y) {
    Rows s = rows(shape);
    queue.run(() -> batch.apply(s, relu, x, norm, y));
  }

  @Override
  public void batchBackward(
      NormShape shape,
      boolean training,
      MemorySegment dy,
      MemorySegment x,
      Moments moments,
      Affine affine,
      Gradients out) {
    backward(shape, new Mode(training, false), dy, x, norm(moments, affine), gradients(out));
  }

  @Override
  public void batchBackwardRelu(
      NormShape shape,
      boolean training,
      MemorySegment dy,
      MemorySegment x,
      Moments moments,
      Affine affine,
      Gradients out) {
    backward(shape, new Mode(training, true), dy, x, norm(moments, affine), gradients(out));
  }

  private void backward(
      NormShape shape, Mode mode, MemorySegment dy, MemorySegment x, Norm norm, Norm.Gradients out) {
    Rows s = rows(shape);
    queue.run(() -> batch.backward(s, mode, dy, x, norm, out));
  }

  @Override
  public void batchPoolForward(PoolShape shape, Normalized in, Drop drop, Pooled out) {
    Windows s = windows(shape);
    Norm norm = norm(in.moments(), in.affine());
    var dropping = new FusedKernels.Drop(queue.place(drop.at()), drop.p());
    var pooled = pooled(out);
    queue.run(() -> fused.forward(s, in.x(), norm, dropping, pooled));
  }

  @Override
  public void batchPoolBackward(
      PoolShape shape, boolean training, Normalized in, Pooled dy, Drop drop, Gradients out) {
    Windows s = windows(shape);
    Norm norm = norm(in.moments(), in.affine());
    var pooled = pooled(dy);
    var gradients = gradients(out);
    queue.run(() -> fused.backward(s, training, in.x(), norm, pooled, drop.p(), gradients));
  }

  private static FusedKernels.Pooled pooled(Pooled p) {
    return new FusedKernels.Pooled(p.y(), p.positions());
  }

  @Override
  public void layerForward(NormShape shape, MemorySegment x, Affine affine, Moments moments, MemorySegment y) {
    Rows s = rows(shape);
    Norm norm = norm(moments, affine);
    queue.run(() -> layer.forward(s, x, norm, y));
  }

  @Override
  public void layerBackward(
      NormShape shape, MemorySegment dy, MemorySegment x, Moments moments, Affine affine, Gradients out) {
    Rows s = rows(shape);
    Norm norm = norm(moments, affine);
    var gradients = gradients(out);
    queue.run(() -> layer.backward(s, dy, x, norm, gradients));
  }
}

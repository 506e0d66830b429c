package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.NormOps;
import org.chagres.simd.fused.Drop;
import org.chagres.simd.fused.NormPool;
import org.chagres.simd.fused.Normalized;
import org.chagres.simd.fused.Pooled;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.BatchNorm;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.LayerNorm;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.norm.Running;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.PoolShape;

/** Normalisation on the CPU. */
public final class CpuNorm implements NormOps {

  private final CpuStream stream;

  /** Over the stream that runs its jobs. */
  public CpuNorm(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void batchMoments(NormShape shape, MemorySegment x, Moments moments, Running running) {
    stream.run(BatchNorm.moments(shape, x, moments, running));
  }

  @Override
  public void runningMoments(NormShape shape, Running running, Moments moments) {
    stream.run(BatchNorm.runningMoments(shape, running, moments));
  }

  @Override
  public void batchApply(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    stream.run(BatchNorm.apply(shape, x, moments, affine, y));
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
    stream.run(BatchNorm.backward(shape, training, dy, x, moments, affine, out));
  }

  @Override
  public void batchApplyRelu(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    stream.run(BatchNorm.applyRelu(shape, x, moments, affine, y));
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
    stream.run(BatchNorm.backwardRelu(shape, training, dy, x, moments, affine, out));
  }

  @Override
  public void batchPoolForward(PoolShape shape, Normalized in, Drop drop, Pooled out) {
    stream.run(NormPool.forward(shape, in, drop, out));
  }

  @Override
  public void batchPoolBackward(
      PoolShape shape, boolean training, Normalized in, Pooled dy, Drop drop, Gradients out) {
    stream.run(NormPool.backward(shape, training, in, dy, drop, out));
  }

  @Override
  public void layerForward(NormShape shape, MemorySegment x, Affine affine, Moments moments, MemorySegment y) {
    stream.run(LayerNorm.forward(shape, x, affine, moments, y));
  }

  @Override
  public void layerBackward(
      NormShape shape, MemorySegment dy, MemorySegment x, Moments moments, Affine affine, Gradients out) {
    stream.run(LayerNorm.backward(shape, dy, x, moments, affine, out));
  }
}

package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.fused.Drop;
import org.chagres.simd.fused.Normalized;
import org.chagres.simd.fused.Pooled;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.norm.Running;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.PoolShape;

/** Normalisation, f32; statistics are summed in double. */
public interface NormOps {

  /** Batch norm in training, the statistics alone: moments of each column of x; running ones, if any, are brought up to date. */
  void batchMoments(NormShape shape, MemorySegment x, Moments moments, Running running);

  /** The moments that running statistics stand for, in evaluation. */
  void runningMoments(NormShape shape, Running running, Moments moments);

  /** y = (x - mean) · inverseStd · weight + bias, down the columns. */
  void batchApply(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y);

  /** Backward; {@code training} says whether the moments came from x itself. */
  void batchBackward(
      NormShape shape, boolean training, MemorySegment dy, MemorySegment x, Moments moments, Affine affine,
      Gradients out);

  /** {@link #batchApply}, and what is under zero is zero; y may be x itself. */
  void batchApplyRelu(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y);

  /** Backward of {@link #batchApplyRelu}; which elements were over zero is worked out again from x. */
  void batchBackwardRelu(
      NormShape shape, boolean training, MemorySegment dy, MemorySegment x, Moments moments, Affine affine,
      Gradients out);

  /** Dropout of the max pooling of {@link #batchApplyRelu}, and where each element came from, which may be left out. */
  void batchPoolForward(PoolShape shape, Normalized in, Drop drop, Pooled out);

  /** Backward of {@link #batchPoolForward}, from the gradient of its result and the positions that it left. */
  void batchPoolBackward(PoolShape shape, boolean training, Normalized in, Pooled dy, Drop drop, Gradients out);

  /** Layer norm: statistics and result along each row. */
  void layerForward(NormShape shape, MemorySegment x, Affine affine, Moments moments, MemorySegment y);

  /** Backward of layer norm. */
  void layerBackward(NormShape shape, MemorySegment dy, MemorySegment x, Moments moments, Affine affine, Gradients out);
}

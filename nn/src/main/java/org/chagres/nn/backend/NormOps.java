package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.norm.Running;
import org.chagres.simd.shape.NormShape;

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

  /** Layer norm: statistics and result along each row. */
  void layerForward(NormShape shape, MemorySegment x, Affine affine, Moments moments, MemorySegment y);

  /** Backward of layer norm. */
  void layerBackward(NormShape shape, MemorySegment dy, MemorySegment x, Moments moments, Affine affine, Gradients out);
}

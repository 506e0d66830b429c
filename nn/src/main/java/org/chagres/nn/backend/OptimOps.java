package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;
import org.chagres.simd.optim.RmsPropOptions;
import org.chagres.simd.optim.RmsPropState;
import org.chagres.simd.optim.SgdOptions;

/** One optimizer step in one pass over flat f32 blocks, by PyTorch's formulas. */
public interface OptimOps {

  /** SGD; the momentum buffer may be left out. */
  void sgd(SgdOptions options, long count, MemorySegment parameter, MemorySegment gradient, MemorySegment momentum);

  /** Adam, AdamW. */
  void adam(AdamOptions options, long count, MemorySegment parameter, MemorySegment gradient, AdamState state);

  /** RMSprop. */
  void rmsProp(RmsPropOptions options, long count, MemorySegment parameter, MemorySegment gradient, RmsPropState state);

  /** Σ g², summed in double, to one f64 value on the host. */
  double sumSquares(long count, MemorySegment gradient);

  /** g = g · factor. */
  void scale(long count, double factor, MemorySegment gradient);

  /** g limited to -limit … limit. */
  void clamp(long count, double limit, MemorySegment gradient);
}

package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/**
 * 2-D convolution, f32; x is (N, H, W, C), y is (N, outH, outW, K). The weight is given as PyTorch stores it, (K, C / groups,
 * kh, kw), and packed for a kernel once per change.
 */
public interface ConvOps {

  /** The pass whose packed weight another pass reads as well; itself where each has its own. */
  ConvPass packing(ConvPass pass);

  /** Bytes of the packed weight; the same for any number of images. */
  long packedBytes(ConvShape shape, ConvPass pass);

  /** Packs a weight. */
  void pack(ConvShape shape, ConvPass pass, MemorySegment w, MemorySegment packed);

  /** y = conv(x, w) + bias; the bias (K) may be left out. */
  void forward(ConvShape shape, MemorySegment x, MemorySegment packed, MemorySegment bias, MemorySegment y);

  /** dx from dy. */
  void backwardData(ConvShape shape, MemorySegment dy, MemorySegment packed, MemorySegment dx);

  /** dw, in the weight's own layout, and db = Σ dy, which may be left out. */
  void backwardFilter(ConvShape shape, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment db);
}

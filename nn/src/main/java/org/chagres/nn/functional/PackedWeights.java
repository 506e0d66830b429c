package org.chagres.nn.functional;

import java.util.EnumMap;
import java.util.Map;
import org.chagres.nn.backend.ConvOps;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.DType;

/** A convolution's weight as its kernels want it, packed once per change; a layer keeps one. */
public final class PackedWeights {

  private record Packed(Tensor weight, int version, ConvShape shape, Tensor memory) {

    boolean fits(Tensor w, ConvShape s) {
      return weight == w && version == w.changes() && shape.equals(s) && memory.device().equals(w.device());
    }
  }

  private final Map<ConvPass, Packed> packed = new EnumMap<>(ConvPass.class);

  /** Nothing packed yet. */
  public PackedWeights() {}

  /** The weight packed for a pass. */
  synchronized Tensor get(ConvShape shape, ConvPass pass, Tensor weight) {
    ConvShape key = shape.withImages(1);
    Packed p = packed.get(pass);
    if (p != null && p.fits(weight, key)) {
      return p.memory;
    }
    ConvOps ops = weight.backend().conv();
    int floats = Math.toIntExact((ops.packedBytes(key, pass) + 3) / 4);
    // Memory packed for another shape may be in use by another thread; packed anew is only what was changed.
    boolean again = p != null && p.shape.equals(key) && p.memory.device().equals(weight.device());
    Tensor memory = again ? p.memory : null;
    if (memory == null) {
      try (Scope none = Scope.suspend()) {
        memory = Tensor.empty("packed weight", DType.F32, weight.device(), floats);
      }
    }
    Tensor w = weight.contiguous();
    ops.pack(key, pass, w.data(), memory.data());
    Arguments.keep(w);
    packed.put(pass, new Packed(weight, weight.changes(), key, memory));
    return memory;
  }
}

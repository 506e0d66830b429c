package org.chagres.nn.functional;

import java.util.EnumMap;
import java.util.Map;
import org.chagres.nn.backend.ConvOps;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.DType;

/** A convolution's weight as its kernels want it, packed once per change; a layer keeps one. */
public final class PackedWeights {

  private static final class Packed {
    final ConvShape shape;
    final Tensor memory;
    Tensor weight;
    int version;

    Packed(ConvShape shape, Tensor memory) {
      this.shape = shape;
      this.memory = memory;
    }

    boolean fits(Tensor w) {
      return weight == w && version == w.changes();
    }

    void filled(Tensor w) {
      weight = w;
      version = w.changes();
    }
  }

  private final Map<ConvPass, Packed> packed = new EnumMap<>(ConvPass.class);

  /** Nothing packed yet. */
  public PackedWeights() {}

  /** The weight packed for a pass. */
  synchronized Tensor get(ConvShape shape, ConvPass pass, Tensor weight) {
    ConvShape key = shape.withImages(1);
    ConvOps ops = weight.backend().conv();
    Packed p = packed.get(pass);
    // Memory packed for another shape may be in use by another thread; packed anew is only what was changed.
    if (p == null || !p.shape.equals(key) || !p.memory.device().equals(weight.device())) {
      int floats = Math.toIntExact((ops.packedBytes(key, pass) + 3) / 4);
      try (Scope none = Scope.suspend()) {
        p = new Packed(key, Tensor.empty("packed weight", DType.F32, weight.device(), floats));
      }
      packed.put(pass, p);
    }
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      record(recorder, p, pass, weight);
    } else if (!p.fits(weight)) {
      Tensor w = weight.contiguous();
      ops.pack(key, pass, w.data(), p.memory.data());
      Arguments.keep(w);
      p.filled(weight);
    }
    return p.memory;
  }

  /** Packs, and lets a replay do so if the weight was changed in between. */
  private static void record(Recorder recorder, Packed p, ConvPass pass, Tensor weight) {
    Tensor w = weight.contiguous();
    Runnable pack =
        recorder.capture(() -> w.backend().conv().pack(p.shape, pass, w.data(), p.memory.data()));
    p.filled(weight);
    recorder.call(
        w.isOfRecordedStep()
            ? pack
            : () -> {
              if (!p.fits(weight)) {
                pack.run();
                p.filled(weight);
              }
            });
    Arguments.keep(w);
  }
}

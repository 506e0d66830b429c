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
    final ConvOps ops;
    final ConvShape shape;
    final ConvPass pass;
    final Tensor memory;
    Tensor weight;
    int version;

    Packed(ConvOps ops, ConvShape shape, ConvPass pass, Tensor memory) {
      this.ops = ops;
      this.shape = shape;
      this.pass = pass;
      this.memory = memory;
    }

    boolean fits(Tensor w) {
      return weight == w && version == w.changes();
    }

    /** Packs a weight that is dense. */
    void pack(Tensor dense) {
      ops.pack(shape, pass, dense.data(), memory.data());
    }

    void filled(Tensor w) {
      weight = w;
      version = w.changes();
    }
  }

  private final Map<ConvPass, Packed> packed = new EnumMap<>(ConvPass.class);

  /** Nothing packed yet. */
  public PackedWeights() {}

  /** The weight packed for a pass of a backend's convolutions. */
  synchronized Tensor get(ConvOps ops, ConvShape shape, ConvPass wanted, Tensor weight) {
    ConvShape key = shape.withImages(1);
    ConvPass pass = ops.packing(wanted);
    Packed p = packed.get(pass);
    // Memory packed for another shape may be in use by another thread; packed anew is only what was changed.
    if (p == null || p.ops != ops || !p.shape.equals(key)) {
      int floats = Math.toIntExact((ops.packedBytes(key, pass) + 3) / 4);
      try (Scope none = Scope.suspend()) {
        p = new Packed(ops, key, pass, Tensor.empty("packed weight", DType.F32, weight.device(), floats));
      }
      packed.put(pass, p);
    }
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      record(recorder, p, weight);
    } else if (!p.fits(weight)) {
      Tensor w = weight.contiguous();
      p.pack(w);
      Arguments.keep(w);
      p.filled(weight);
    }
    return p.memory;
  }

  /** Packs, and lets a replay do so: always, where the host is not asked in between, else if the weight was changed. */
  private static void record(Recorder recorder, Packed p, Tensor weight) {
    Tensor w = weight.contiguous();
    if (weight.backend().queues()) {
      p.pack(w);
      p.filled(weight);
      recorder.call(() -> p.filled(weight));
      Arguments.keep(w);
      return;
    }
    Runnable pack = recorder.capture(() -> p.pack(w));
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

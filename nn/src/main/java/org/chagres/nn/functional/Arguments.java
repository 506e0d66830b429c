package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;

/** Checks that functions share. */
final class Arguments {

  private Arguments() {}

  static void f32(String name, Tensor t) {
    if (t.dtype() != DType.F32) {
      throw new IllegalArgumentException(name + ": expected f32, got " + t.dtype());
    }
  }

  /** An input and a parameter must lie on one device. */
  static void onDevice(Tensor input, Tensor parameter) {
    if (!input.device().equals(parameter.device())) {
      throw new IllegalArgumentException(
          "input " + Arrays.toString(input.shape()) + " is on " + input.device() + ", parameter "
              + Arrays.toString(parameter.shape()) + " on " + parameter.device());
    }
  }

  /** (N, C, H, W) with the wanted channels; 0 for any. */
  static void image(Tensor x, int channels) {
    f32("input", x);
    if (x.rank() != 4) {
      throw new IllegalArgumentException("expected 4 dimensions (N, C, H, W), got " + Arrays.toString(x.shape()));
    }
    if (channels > 0 && x.size(1) != channels) {
      throw new IllegalArgumentException(
          "expected " + channels + " channels in dimension 1, got " + Arrays.toString(x.shape()));
    }
    if (x.count() == 0) {
      throw new IllegalArgumentException("expected at least one element, got " + Arrays.toString(x.shape()));
    }
  }

  /**
   * A parameter of a shape, dense in row-major order as kernels read it; a gradient finds its way to the tensor given. The caller
   * keeps the result until the kernels before have run.
   */
  static Optional<Tensor> parameter(String name, Optional<Tensor> given, Tensor input, int... shape) {
    if (given.isEmpty()) {
      return given;
    }
    Tensor t = given.get();
    if (!isShape(t, shape)) {
      throw new IllegalArgumentException(
          name + ": expected " + Arrays.toString(shape) + ", got " + Arrays.toString(t.shape()));
    }
    f32(name, t);
    onDevice(input, t);
    return t.isContiguous() ? given : Optional.of(t.contiguous());
  }

  private static boolean isShape(Tensor t, int[] shape) {
    boolean same = t.rank() == shape.length;
    for (int i = 0; same && i < shape.length; i++) {
      same = t.size(i) == shape[i];
    }
    return same;
  }

  static void sameShape(String name, Tensor x, Tensor target) {
    if (!Arrays.equals(x.shape(), target.shape())) {
      throw new IllegalArgumentException(
          name + ": expected the input's shape " + Arrays.toString(x.shape()) + ", got "
              + Arrays.toString(target.shape()));
    }
  }

  static MemorySegment data(Optional<Tensor> t) {
    return t.isPresent() ? t.get().data() : MemorySegment.NULL;
  }

  /** Keeps a temporary's memory until the kernels before have run. */
  static void keep(Object... tensors) {
    Reference.reachabilityFence(tensors);
  }
}

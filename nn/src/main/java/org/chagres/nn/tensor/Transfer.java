package org.chagres.nn.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.shape.DType;

/** Values in and out of Java arrays, between types and between devices. */
final class Transfer {

  private Transfer() {}

  /** A tensor of values that stand in row-major order in an array. */
  static Tensor fromHost(DType type, MemorySegment values, long count, int... sizes) {
    int[] shape = sizes.length == 0 && count != 1 ? new int[] {Math.toIntExact(count)} : Layout.checked(sizes.clone());
    if (Layout.count(shape) != count) {
      throw new IllegalArgumentException(
          "shape " + Layout.toString(shape) + " takes " + Layout.count(shape) + " values, got " + count);
    }
    Tensor flat = Tensor.empty("of", type, Device.cpu(), shape, Layout.rowMajor(shape));
    MemorySegment to = flat.data();
    long bytes = count * type.bytes();
    if (Recorder.current() == null) {
      MemorySegment.copy(values, 0, to, 0, bytes);
    } else {
      // The array is the caller's, who may change it; a replay writes what it held.
      MemorySegment kept = MemorySegment.ofArray(values.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE));
      Recorder.host(() -> MemorySegment.copy(kept, 0, to, 0, bytes));
    }
    return shape.length == 4 ? flat.channelsLast() : flat;
  }

  static Tensor cast(Tensor x, DType type) {
    if (x.dtype() == type) {
      return x;
    }
    Tensor in = x.dense();
    Tensor y = Tensor.empty("to", type, in.device(), in.shapeArray(), in.stridesArray());
    in.backend().elementwise().cast(in.dtype(), type, in.count(), in.data(), y.data());
    java.lang.ref.Reference.reachabilityFence(in);
    return type == DType.F32 && x.dtype() == DType.F32
        ? y
        : Tape.record("to", y, type.isFloat() ? Tape.list(x) : Tape.none(), Tape.none(),
            (c, dy) -> c.gradient(0, cast(dy, x.dtype())));
  }

  static Tensor to(Tensor x, Device device) {
    if (x.device().equals(device)) {
      return x;
    }
    Tensor in = x.dense();
    Tensor y = Tensor.empty("to", in.dtype(), device, in.shapeArray(), in.stridesArray());
    long bytes = in.count() * in.dtype().bytes();
    if (device.equals(Device.cpu())) {
      in.backend().memory().download(in.data(), y.data(), bytes);
    } else {
      Tensor host = onHost(in);
      device.backend().memory().upload(host.data(), y.data(), bytes);
      if (in.dtype() == DType.I64) {
        IndexCheck.note(y, host.data(), in.count());
      }
      java.lang.ref.Reference.reachabilityFence(host);
    }
    java.lang.ref.Reference.reachabilityFence(in);
    return Tape.record("to", y, Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, to(dy, x.device())));
  }

  private static Tensor onHost(Tensor x) {
    try (Grad off = Grad.disabled()) {
      return to(x, Device.cpu());
    }
  }

  static float[] floats(Tensor x) {
    Recorder.refuse("its numbers are handed to the host");
    Tensor in = rowMajor(x.dtype() == DType.F32 ? x : quietly(x, DType.F32));
    float[] out = new float[Math.toIntExact(in.count())];
    MemorySegment.copy(in.data(), 0, MemorySegment.ofArray(out), 0, out.length * 4L);
    java.lang.ref.Reference.reachabilityFence(in);
    return out;
  }

  static double[] doubles(Tensor x) {
    Recorder.refuse("its numbers are handed to the host");
    Tensor in = rowMajor(x);
    double[] out = new double[Math.toIntExact(in.count())];
    MemorySegment m = in.data();
    for (int i = 0; i < out.length; i++) {
      out[i] = value(in.dtype(), m, i);
    }
    java.lang.ref.Reference.reachabilityFence(in);
    return out;
  }

  /** The first element of a tensor. */
  static double item(Tensor x) {
    Recorder.refuse("item() hands a number to the host; return the tensor from the step and read it then");
    Tensor in = to(x, Device.cpu());
    double value = value(in.dtype(), in.data(), 0);
    java.lang.ref.Reference.reachabilityFence(in);
    return value;
  }

  private static double value(DType type, MemorySegment m, int i) {
    return switch (type) {
      case F32 -> m.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case F64 -> m.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      case I64 -> m.getAtIndex(ValueLayout.JAVA_LONG, i);
      case I32 -> m.getAtIndex(ValueLayout.JAVA_INT, i);
      case U8, BOOL -> m.get(ValueLayout.JAVA_BYTE, i) & 0xff;
    };
  }

  static long[] longs(Tensor x) {
    Recorder.refuse("its numbers are handed to the host");
    if (x.dtype().isFloat()) {
      double[] values = doubles(x);
      long[] out = new long[values.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = (long) values[i];
      }
      return out;
    }
    Tensor in = rowMajor(x);
    long[] out = new long[Math.toIntExact(in.count())];
    MemorySegment m = in.data();
    for (int i = 0; i < out.length; i++) {
      out[i] = switch (in.dtype()) {
        case I64 -> m.getAtIndex(ValueLayout.JAVA_LONG, i);
        case I32 -> m.getAtIndex(ValueLayout.JAVA_INT, i);
        default -> m.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      };
    }
    java.lang.ref.Reference.reachabilityFence(in);
    return out;
  }

  private static Tensor quietly(Tensor x, DType type) {
    try (Grad off = Grad.disabled()) {
      return cast(x, type);
    }
  }

  private static Tensor rowMajor(Tensor x) {
    try (Grad off = Grad.disabled()) {
      return to(x, Device.cpu()).contiguous();
    }
  }
}

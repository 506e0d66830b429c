package org.chagres.simd.conv;

import java.util.ArrayList;
import java.util.List;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/**
 * A pass as the direct kernels see it: pixels of a target image are sums over windows of a source image.
 *
 * @param images how many
 * @param source one image that is read
 * @param target one image that is written
 * @param groups of channels
 * @param parts that together cover the target
 */
record View(int images, Image source, Image target, int groups, List<Part> parts) {

  /** The view of a pass. */
  static View of(ConvShape s, ConvPass pass) {
    return pass == ConvPass.FORWARD ? forward(s) : backwardData(s);
  }

  private static View forward(ConvShape s) {
    var rows = Axis.forward(s.kernel().h(), s.stride().h(), s.padding().h(), s.dilation().h(), s.outH());
    var cols = Axis.forward(s.kernel().w(), s.stride().w(), s.padding().w(), s.dilation().w(), s.outW());
    return new View(s.n(), input(s), output(s), s.groups(), List.of(new Part(rows, cols)));
  }

  private static View backwardData(ConvShape s) {
    var parts = new ArrayList<Part>();
    for (int i = 0; i < Math.min(s.stride().h(), s.h()); i++) {
      var rows = Axis.backward(s.kernel().h(), s.stride().h(), s.padding().h(), s.dilation().h(), s.h(), i);
      for (int j = 0; j < Math.min(s.stride().w(), s.w()); j++) {
        var cols = Axis.backward(s.kernel().w(), s.stride().w(), s.padding().w(), s.dilation().w(), s.w(), j);
        parts.add(new Part(rows, cols));
      }
    }
    return new View(s.n(), output(s), input(s), s.groups(), List.copyOf(parts));
  }

  private static Image input(ConvShape s) {
    return new Image(s.h(), s.w(), s.c());
  }

  private static Image output(ConvShape s) {
    return new Image(s.outH(), s.outW(), s.k());
  }

  /** Source channels of a group. */
  int sourceChannels() {
    return source.c() / groups;
  }

  /** Target channels of a group. */
  int targetChannels() {
    return target.c() / groups;
  }

  /** Floating-point operations of the pass. */
  long flops() {
    long flops = 0;
    for (Part part : parts) {
      flops += 2L * part.taps() * sourceChannels() * part.pixels() * images * target.c();
    }
    return flops;
  }

  /** Whether each channel is a group of its own, in and out: the depthwise kernels' case. */
  boolean depthwise() {
    return groups > 1 && groups == source.c() && groups == target.c();
  }
}

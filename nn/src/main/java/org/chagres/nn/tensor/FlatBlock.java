package org.chagres.nn.tensor;

import java.util.ArrayList;
import java.util.List;
import org.chagres.simd.shape.DType;

/**
 * Parameters moved into one stretch of memory, and their gradients into another, so that an optimizer step is one kernel call.
 * The tensors stay the same objects; each starts at a multiple of 64 bytes and what lies between is 0.
 */
public final class FlatBlock {

  private static final int ALIGN = 16;

  private FlatBlock() {}

  /** Elements from the start of a parameter of this many elements to the next one's. */
  public static long padded(long count) {
    return (count + ALIGN - 1) / ALIGN * ALIGN;
  }

  /**
   * Moves those that do not lie in a flat block yet; all must be f32 on one device.
   *
   * @param parameters in the order they are to lie
   */
  public static void gather(List<Tensor> parameters) {
    List<Tensor> loose = new ArrayList<>();
    long total = 0;
    for (Tensor p : parameters) {
      if (p.dtype() != DType.F32) {
        throw new IllegalArgumentException("parameters: expected f32, got " + p.dtype());
      }
      if (!p.device().equals(parameters.getFirst().device())) {
        throw new IllegalArgumentException(
            "parameters: expected all on " + parameters.getFirst().device() + ", got one on " + p.device());
      }
      if (!p.isFlat() && p.isDense()) {
        loose.add(p);
        total += padded(p.count());
      }
    }
    if (loose.isEmpty()) {
      return;
    }
    int[] size = {Math.toIntExact(total)};
    Device device = loose.getFirst().device();
    try (Scope none = Scope.suspend();
        Grad off = Grad.disabled()) {
      Tensor values = Tensor.empty("parameters", DType.F32, device, size).zero();
      Tensor gradients = Tensor.empty("gradients", DType.F32, device, size).zero();
      long offset = 0;
      for (Tensor p : loose) {
        p.rehome(values.storage(), offset, gradients.view(p.shapeArray(), p.stridesArray(), offset));
        offset += padded(p.count());
      }
    }
  }

  /**
   * Runs of parameters that follow one another in memory, values and gradients alike, all of which have a gradient; each can be
   * stepped by one kernel call.
   *
   * @param parameters in their order
   * @return for each run, the index of its first parameter and one past its last
   */
  public static List<int[]> runs(List<Tensor> parameters) {
    List<int[]> runs = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      if (!parameters.get(i).hasGrad()) {
        continue;
      }
      int[] last = runs.isEmpty() ? null : runs.getLast();
      if (last != null && last[1] == i && follows(parameters.get(i - 1), parameters.get(i))) {
        last[1] = i + 1;
      } else {
        runs.add(new int[] {i, i + 1});
      }
    }
    return runs;
  }

  private static boolean follows(Tensor a, Tensor b) {
    return a.storage() == b.storage()
        && b.offset() == a.offset() + padded(a.count())
        && a.grad().storage() == b.grad().storage()
        && b.grad().offset() == a.grad().offset() + padded(a.count())
        && a.isFlat()
        && b.isFlat();
  }
}

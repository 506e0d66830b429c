package org.chagres.nn.backend.cuda;

import static org.chagres.nn.backend.cuda.Translate.averaging;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.LogitsLoss;
import org.chagres.gpu.kernel.LossKernels;
import org.chagres.gpu.kernel.PairLoss;
import org.chagres.nn.backend.LossOps;
import org.chagres.simd.loss.ClassSaved;
import org.chagres.simd.loss.Logits;
import org.chagres.simd.loss.Pair;
import org.chagres.simd.loss.PairGradients;
import org.chagres.simd.shape.ClassLoss;

/** Losses on a GPU. */
final class CudaLoss implements LossOps {

  private final CudaQueue queue;
  private final LossKernels kernels;

  /** Over the queue that its kernels go to. */
  CudaLoss(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new LossKernels(queue.launcher());
  }

  private static org.chagres.gpu.kernel.ClassLoss loss(ClassLoss s) {
    return new org.chagres.gpu.kernel.ClassLoss(
        s.rows(), s.classes(), s.ignoreIndex(), s.softmax() ? s.smoothing() : 0, averaging(s.reduction()), s.softmax());
  }

  private static PairLoss loss(Pair s) {
    return switch (s.loss()) {
      case MSE -> PairLoss.mse(averaging(s.reduction()));
      case L1 -> PairLoss.l1(averaging(s.reduction()));
      case SMOOTH_L1 -> PairLoss.smoothL1(s.parameter(), averaging(s.reduction()));
      case HUBER -> PairLoss.huber(s.parameter(), averaging(s.reduction()));
    };
  }

  private static LogitsLoss loss(Logits s) {
    return new LogitsLoss(s.rows(), s.columns(), averaging(s.reduction()));
  }

  @Override
  public void classForward(
      ClassLoss shape,
      MemorySegment x,
      MemorySegment target,
      MemorySegment weight,
      MemorySegment logProbabilities,
      MemorySegment out) {
    var s = loss(shape);
    var in = new org.chagres.gpu.kernel.ClassLoss.Operands(target, weight, logProbabilities);
    queue.run(() -> kernels.classForward(s, x, in, out));
  }

  @Override
  public void classBackward(
      ClassLoss shape, ClassSaved saved, MemorySegment out, MemorySegment dy, MemorySegment dx) {
    var s = loss(shape);
    var in = new org.chagres.gpu.kernel.ClassLoss.Operands(saved.target(), saved.weight(), saved.logProbabilities());
    queue.run(() -> kernels.classBackward(s, in, out, dy, dx));
  }

  @Override
  public void pairForward(Pair loss, long count, MemorySegment x, MemorySegment target, MemorySegment out) {
    PairLoss s = loss(loss);
    queue.run(() -> kernels.pairForward(s, count, x, target, out));
  }

  @Override
  public void pairBackward(
      Pair loss, long count, MemorySegment dy, MemorySegment x, MemorySegment target, PairGradients out) {
    PairLoss s = loss(loss);
    queue.run(() -> kernels.pairBackward(s, count, dy, x, target, out.x(), out.target()));
  }

  @Override
  public void logitsForward(
      Logits shape, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment out) {
    LogitsLoss s = loss(shape);
    queue.run(() -> kernels.logitsForward(s, x, target, positive, out));
  }

  @Override
  public void logitsBackward(
      Logits shape,
      MemorySegment dy,
      MemorySegment x,
      MemorySegment target,
      MemorySegment positive,
      MemorySegment dx) {
    LogitsLoss s = loss(shape);
    queue.run(() -> kernels.logitsBackward(s, dy, x, target, positive, dx));
  }
}

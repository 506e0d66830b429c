package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.LossOps;
import org.chagres.simd.loss.ClassSaved;
import org.chagres.simd.loss.Logits;
import org.chagres.simd.loss.Losses;
import org.chagres.simd.loss.Pair;
import org.chagres.simd.loss.PairGradients;
import org.chagres.simd.shape.ClassLoss;

/** Losses on the CPU. */
public final class CpuLoss implements LossOps {

  private final CpuStream stream;

  /** Over the stream that runs its jobs. */
  public CpuLoss(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void classForward(
      ClassLoss shape,
      MemorySegment x,
      MemorySegment target,
      MemorySegment weight,
      MemorySegment logProbabilities,
      MemorySegment out) {
    stream.run(Losses.classForward(shape, x, new ClassSaved(target, weight, logProbabilities), out));
  }

  @Override
  public void classBackward(
      ClassLoss shape, ClassSaved saved, MemorySegment out, MemorySegment dy, MemorySegment dx) {
    stream.run(Losses.classBackward(shape, saved, out, dy, dx));
  }

  @Override
  public void pairForward(Pair loss, long count, MemorySegment x, MemorySegment target, MemorySegment out) {
    stream.run(Losses.pairForward(loss, count, x, target, out));
  }

  @Override
  public void pairBackward(
      Pair loss, long count, MemorySegment dy, MemorySegment x, MemorySegment target, PairGradients out) {
    stream.run(Losses.pairBackward(loss, count, dy, x, target, out));
  }

  @Override
  public void logitsForward(
      Logits shape, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment out) {
    stream.run(Losses.logitsForward(shape, x, target, positive, out));
  }

  @Override
  public void logitsBackward(
      Logits shape,
      MemorySegment dy,
      MemorySegment x,
      MemorySegment target,
      MemorySegment positive,
      MemorySegment dx) {
    stream.run(Losses.logitsBackward(shape, dy, x, target, positive, dx));
  }
}

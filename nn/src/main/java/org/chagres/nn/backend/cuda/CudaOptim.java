package org.chagres.nn.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.chagres.gpu.kernel.Adam;
import org.chagres.gpu.kernel.CopyKernels;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.OptimKernels;
import org.chagres.gpu.kernel.RmsProp;
import org.chagres.gpu.kernel.Schedule;
import org.chagres.gpu.kernel.Sgd;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.nn.backend.OptimOps;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;
import org.chagres.simd.optim.RmsPropOptions;
import org.chagres.simd.optim.RmsPropState;
import org.chagres.simd.optim.SgdOptions;

/**
 * Optimizer steps on a GPU. Their learning rate and number lie in device memory, so that a graph follows a schedule; other options
 * are those of the time when a step was recorded.
 */
final class CudaOptim implements OptimOps {

  private final CudaQueue queue;
  private final OptimKernels kernels;
  private final CopyKernels copies;
  /** Of the step that was queued last, and the sum of squares. */
  private final DeviceBlock numbers;

  /** Steps whose kernels go to a queue. */
  CudaOptim(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new OptimKernels(queue.launcher());
    this.copies = new CopyKernels(queue.launcher());
    this.numbers = queue.pool().allocate(Schedule.BYTES + Double.BYTES);
  }

  /** What changes from step to step, on the device. */
  private MemorySegment schedule(Supplier<Schedule> now) {
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      return queue.parameters(recorder).add(Schedule.BYTES, host -> now.get().write(host));
    }
    Schedule s = now.get();
    MemorySegment at = numbers.segment().asSlice(0, Schedule.BYTES);
    queue.run(() -> {
      // Written by kernels, since those before may still read the last step's.
      copies.fill(ElementType.F64, 1, s.lr(), at.asSlice(0, 8));
      copies.fill(ElementType.I64, 1, s.step(), at.asSlice(8, 8));
      copies.fill(ElementType.I64, 1, s.first() ? 1 : 0, at.asSlice(16, 8));
    });
    return at;
  }

  /** A step that was recorded is right as long as the options that lie in its graph stay the same. */
  private static <T> T kept(Supplier<T> options) {
    T now = options.get();
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      recorder.uses(new Object(), () -> options.get().equals(now));
    }
    return now;
  }

  private static Sgd fixed(SgdOptions o) {
    return new Sgd(o.momentum(), o.dampening(), o.weightDecay(), o.nesterov(), o.maximize());
  }

  private static Adam fixed(AdamOptions o) {
    return new Adam(o.beta1(), o.beta2(), o.eps(), o.weightDecay(), o.decoupled(), o.maximize());
  }

  private static RmsProp fixed(RmsPropOptions o) {
    return new RmsProp(o.alpha(), o.eps(), o.weightDecay(), o.momentum(), o.centered(), o.maximize());
  }

  @Override
  public void sgd(
      SgdOptions options, long count, MemorySegment parameter, MemorySegment gradient, MemorySegment momentum) {
    Sgd o = kept(() -> fixed(options));
    MemorySegment schedule = schedule(() -> new Schedule(options.lr(), 1, options.first()));
    queue.run(() -> kernels.sgd(o, schedule, count, parameter, gradient, momentum));
  }

  @Override
  public void adam(
      AdamOptions options, long count, MemorySegment parameter, MemorySegment gradient, AdamState state) {
    Adam o = kept(() -> fixed(options));
    MemorySegment schedule = schedule(() -> new Schedule(options.lr(), options.step(), false));
    Adam.State s = new Adam.State(state.first(), state.second(), state.maxSecond());
    queue.run(() -> kernels.adam(o, schedule, count, parameter, gradient, s));
  }

  @Override
  public void rmsProp(
      RmsPropOptions options, long count, MemorySegment parameter, MemorySegment gradient, RmsPropState state) {
    RmsProp o = kept(() -> fixed(options));
    MemorySegment schedule = schedule(() -> new Schedule(options.lr(), 1, false));
    RmsProp.State s = new RmsProp.State(state.square(), state.momentum(), state.mean());
    queue.run(() -> kernels.rmsProp(o, schedule, count, parameter, gradient, s));
  }

  /** Waits for the device. */
  @Override
  public double sumSquares(long count, MemorySegment gradient) {
    Recorder.refuse("it hands the sum of squares to the host");
    MemorySegment sum = numbers.segment().asSlice(Schedule.BYTES, Double.BYTES);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(JAVA_DOUBLE);
      queue.run(() -> kernels.sumSquares(count, gradient, sum));
      Copies.download(host, sum, queue.stream());
      return host.get(JAVA_DOUBLE, 0);
    }
  }

  @Override
  public void scale(long count, double factor, MemorySegment gradient) {
    queue.run(() -> kernels.scale(count, factor, gradient));
  }

  @Override
  public void clamp(long count, double limit, MemorySegment gradient) {
    queue.run(() -> kernels.clamp(count, limit, gradient));
  }
}

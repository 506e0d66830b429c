package org.chagres.gpu.dnn;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.gpu.CudaResource;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.gpu.kernel.Function;
import org.chagres.gpu.kernel.Launcher;
import org.chagres.gpu.kernel.MapKernels;
import org.chagres.gpu.kernel.Strides;
import org.chagres.gpu.memory.Workspace;

/**
 * cuDNN's convolutions on a stream. A plan is made when a shape first comes, which takes milliseconds to seconds, and
 * kept.
 */
public final class Convolutions extends CudaResource {

  private final CudaStream stream;
  private final Workspace workspace;
  private final MemorySegment handle;
  private final MapKernels maps;
  /** None where cuDNN can't do it in one. */
  private final Map<ConvKey, Optional<ConvPlan>> plans = new HashMap<>();
  private boolean tf32;
  private boolean deterministic;
  private int candidates = 1;

  private Convolutions(Workspace workspace, Launcher launcher, MemorySegment handle) {
    super(workspace.device(), "cuDNN on " + workspace.pool().stream());
    this.stream = workspace.pool().stream();
    this.workspace = workspace;
    this.handle = handle;
    this.maps = new MapKernels(launcher);
  }

  /** On a workspace's stream; the launcher adds what cuDNN does not do on the way. */
  public static Convolutions of(Workspace workspace, Launcher launcher) {
    return workspace.device().call(() -> {
      Convolutions convolutions =
          new Convolutions(workspace, launcher, connected(workspace.pool().stream()));
      convolutions.opened();
      return convolutions;
    });
  }

  private static MemorySegment connected(CudaStream stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      DnnException.check(Cudnn.cudnnCreate(out), "cudnnCreate");
      MemorySegment handle = out.get(ADDRESS, 0);
      try {
        DnnException.check(Cudnn.cudnnSetStream(handle, stream.handle()), "cudnnSetStream");
        return handle;
      } catch (RuntimeException | Error e) {
        int unused = Cudnn.cudnnDestroy(handle);
        throw e;
      }
    }
  }

  /** Lets convolutions of f32 round their factors to TF32; off until asked for. */
  public void allowTf32(boolean allowed) {
    device().run(() -> tf32 = allowed);
  }

  /** Takes only engines that give the same bits for the same input; off until asked for. */
  public void deterministic(boolean wanted) {
    device().run(() -> deterministic = wanted);
  }

  /** Times so many of the engines at a shape's first call, with its memory, and keeps the fastest; 1 trusts cuDNN. */
  public void tune(int engines) {
    if (engines < 1) {
      throw new IllegalArgumentException("engines to time: expected 1 or more, got " + engines);
    }
    device().run(() -> candidates = engines);
  }

  /** Queues a convolution. */
  public void run(ConvOp op, ConvGeometry geometry, ElementType type, ConvMemory memory) {
    if (!device().isCurrent()) {
      device().run(() -> run(op, geometry, type, memory));
      return;
    }
    requireOpen();
    memory.check(op, geometry, type);
    Optional<ConvPlan> plan = plan(op, geometry, type, memory);
    if (plan.isPresent()) {
      plan.get().run(handle, memory, workspace.take(plan.get().workspaceBytes()));
    } else {
      inParts(op, geometry, type, memory);
    }
  }

  private Optional<ConvPlan> plan(ConvOp op, ConvGeometry geometry, ElementType type, ConvMemory memory) {
    ConvKey key = new ConvKey(op, geometry, type, memory.alignment(), tf32, deterministic);
    Optional<ConvPlan> plan = plans.get(key);
    if (plan == null) {
      device().refuseInCapture("making a plan for the convolution " + op + " " + geometry);
      plan = make(key, memory);
      plans.put(key, plan);
    }
    return plan;
  }

  private Optional<ConvPlan> make(ConvKey key, ConvMemory memory) {
    try {
      List<ConvPlan> found = new Engines(key, new Target.Handle(handle)).plans(candidates);
      return Optional.of(found.size() == 1 ? found.getFirst()
          : new Tuner(stream, workspace).fastest(found, handle, memory));
    } catch (DnnException e) {
      // Strict f32 has few engines, and of those hardly one adds a bias on the way.
      if (key.op().hasBias() && key.type() == ElementType.F32 && e.isUnsupported()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The convolution, then bias and ReLU in place. */
  private void inParts(ConvOp op, ConvGeometry g, ElementType type, ConvMemory memory) {
    run(ConvOp.FORWARD, g, type, ConvMemory.of(memory.x(), memory.w(), memory.y()));
    long[] rows = {g.yCount() / g.k(), g.k()};
    Strides shape = new Strides(rows, new long[][] {{g.k(), 1}, {0, 1}});
    maps.binary("ADD", ElementType.F32, shape, memory.y(), memory.bias(), memory.y());
    if (op == ConvOp.FORWARD_BIAS_RELU) {
      maps.unary(new Function("RELU", 0, 0), g.yCount(), memory.y(), memory.y());
    }
  }

  @Override
  protected void release() {
    plans.values().forEach(plan -> plan.ifPresent(ConvPlan::close));
    plans.clear();
    DnnException.check(Cudnn.cudnnDestroy(handle), "cudnnDestroy");
  }
}

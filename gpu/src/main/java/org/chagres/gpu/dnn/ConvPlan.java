package org.chagres.gpu.dnn;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.chagres.bindings.cudnn.Cudnn;

/** A finalized plan, and the last few bindings of memory to it: in a step that repeats they come again. */
final class ConvPlan implements AutoCloseable {

  private static final int BINDINGS = 8;

  private final ConvKey key;
  private final Descriptor plan;
  private final long workspaceBytes;
  private final Binding[] bindings = new Binding[BINDINGS];
  private int next;

  private ConvPlan(ConvKey key, Descriptor plan, long workspaceBytes) {
    this.key = key;
    this.plan = plan;
    this.workspaceBytes = workspaceBytes;
  }

  /** None if the engine can't do it after all. */
  static Optional<ConvPlan> make(ConvKey key, Descriptor configuration, Target target) {
    Descriptor plan = new Descriptor(Cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR(), "plan");
    try {
      target.tell(plan, Cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE(), Cudnn.CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP());
      plan.set(Cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG(), configuration);
      if (plan.tryFinish() == 0) {
        return Optional
            .of(new ConvPlan(key, plan, plan.getLong(Cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE())));
      }
    } catch (RuntimeException | Error e) {
      plan.close();
      throw e;
    }
    plan.close();
    return Optional.empty();
  }

  long workspaceBytes() {
    return workspaceBytes;
  }

  /** Queues it on the handle's stream. */
  void run(MemorySegment handle, ConvMemory memory, MemorySegment workspace) {
    int status = Cudnn.cudnnBackendExecute(handle, plan.handle(), binding(memory, workspace).handle());
    if (status != 0) {
      throw DnnException.of(status, "cudnnBackendExecute of " + key);
    }
  }

  private Descriptor binding(ConvMemory memory, MemorySegment workspace) {
    for (Binding b : bindings) {
      if (b != null && b.is(memory, workspace)) {
        return b.pack;
      }
    }
    Descriptor pack = new Descriptor(Cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR(), "binding of memory");
    try {
      bind(pack, memory, workspace);
    } catch (RuntimeException | Error e) {
      pack.close();
      throw e;
    }
    if (bindings[next] != null) {
      bindings[next].pack.close();
    }
    bindings[next] = new Binding(memory, workspace, pack);
    next = (next + 1) % BINDINGS;
    return pack;
  }

  private void bind(Descriptor pack, ConvMemory m, MemorySegment workspace) {
    if (key.op().hasBias()) {
      pack.setLongs(Cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS(), ConvGraph.X, ConvGraph.W, ConvGraph.Y, ConvGraph.BIAS);
      pack.setPointers(Cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS(), m.x(), m.w(), m.y(), m.bias());
    } else {
      pack.setLongs(Cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS(), ConvGraph.X, ConvGraph.W, ConvGraph.Y);
      pack.setPointers(Cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS(), m.x(), m.w(), m.y());
    }
    pack.setPointers(Cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE(), workspace);
    pack.finish();
  }

  private record Binding(ConvMemory memory, MemorySegment workspace, Descriptor pack) {

    boolean is(ConvMemory m, MemorySegment w) {
      return memory.x().address() == m.x().address() && memory.w().address() == m.w().address()
          && memory.y().address() == m.y().address() && memory.bias().address() == m.bias().address()
          && workspace.address() == w.address();
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < BINDINGS; i++) {
      if (bindings[i] != null) {
        bindings[i].pack.close();
        bindings[i] = null;
      }
    }
    plan.close();
  }
}

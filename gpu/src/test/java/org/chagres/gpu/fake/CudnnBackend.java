package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.bindings.cudnn.Cudnn.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** cuDNN's backend API: descriptors, heuristics, plans, for graphs of a convolution and pointwise operations. */
final class CudnnBackend {

  /** What a device's description, a configuration, a plan and a binding stand for. */
  private record Properties(boolean described) {}

  private record Configuration(CudnnGraph.Engine engine) {}

  private record Heuristic(List<CudnnGraph.Engine> engines) {}

  private record Plan(CudnnGraph.Engine engine, boolean runs) {}

  private record Binding(Map<Long, MemorySegment> pointers, MemorySegment workspace) {}

  private final Machine machine;

  CudnnBackend(Machine machine) {
    this.machine = machine;
  }

  private CudnnDescriptor descriptor(MemorySegment handle) {
    return machine.handles().get(CudnnDescriptor.class, handle);
  }

  int cudnnBackendCreateDescriptor(int type, MemorySegment descriptor) {
    CudnnSchema.requireKnown(type);
    Pointers.putPointer(descriptor, machine.handles().give(new CudnnDescriptor(type)));
    return 0;
  }

  int cudnnBackendDestroyDescriptor(MemorySegment descriptor) {
    machine.handles().destroy(CudnnDescriptor.class, descriptor);
    return 0;
  }

  int cudnnBackendSetAttribute(MemorySegment descriptor, int attribute, int type, long count, MemorySegment values) {
    CudnnDescriptor of = descriptor(descriptor);
    if (of.isFinished()) {
      throw new Refusal(CUDNN_STATUS_NOT_INITIALIZED(), "an attribute is set after the descriptor was finalized");
    }
    CudnnSchema.requireAttribute(of.type(), attribute, type);
    if (count < 1) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "attribute " + attribute + " with " + count + " values");
    }
    MemorySegment given = Pointers.at(values).reinterpret(count * CudnnSchema.bytes(type));
    MemorySegment bytes = Arena.ofAuto().allocate(given.byteSize(), Long.BYTES).copyFrom(given);
    List<CudnnDescriptor> named = new ArrayList<>();
    if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR()) {
      for (long i = 0; i < count; i++) {
        CudnnDescriptor value = descriptor(bytes.getAtIndex(ADDRESS_UNALIGNED, i));
        if (!value.isFinished()) {
          throw new Refusal(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED(), "attribute " + attribute + " is not finalized");
        }
        named.add(value);
      }
    } else if (type == CUDNN_TYPE_HANDLE()) {
      machine.handles().get(FakeCudnn.Handle.class, bytes.get(ADDRESS_UNALIGNED, 0));
    }
    of.set(attribute, new CudnnDescriptor.Value(type, count, bytes, named));
    return 0;
  }

  int cudnnBackendFinalize(MemorySegment descriptor) {
    CudnnDescriptor of = descriptor(descriptor);
    if (of.isFinished()) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "a descriptor is finalized twice");
    }
    CudnnSchema.requireComplete(of);
    of.finish(make(of));
    return 0;
  }

  private Object make(CudnnDescriptor d) {
    int type = d.type();
    if (type == CUDNN_BACKEND_TENSOR_DESCRIPTOR()) {
      return CudnnTensor.of(d);
    } else if (type == CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR()) {
      return PlainConvolution.Windows.of(d);
    } else if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR()) {
      return CudnnOperation.forward(d);
    } else if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR()) {
      return CudnnOperation.backwardData(d);
    } else if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR()) {
      return CudnnOperation.backwardFilter(d);
    } else if (type == CUDNN_BACKEND_POINTWISE_DESCRIPTOR()) {
      return CudnnOperation.Pointwise.of(d);
    } else if (type == CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR()) {
      return CudnnOperation.pointwise(d);
    } else if (type == CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR()) {
      return properties(d);
    } else if (type == CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR()) {
      return new CudnnGraph(d.descriptors(CUDNN_ATTR_OPERATIONGRAPH_OPS()).stream()
          .map(operation -> operation.as(CudnnOperation.class)).toList());
    } else if (type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR()) {
      CudnnGraph graph = d.descriptor(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH(), CudnnGraph.class);
      return new Heuristic(graph.proposals(d.choice(CUDNN_ATTR_ENGINEHEUR_MODE())));
    } else if (type == CUDNN_BACKEND_ENGINE_DESCRIPTOR()) {
      return engine(d);
    } else if (type == CUDNN_BACKEND_ENGINECFG_DESCRIPTOR()) {
      return new Configuration(d.descriptor(CUDNN_ATTR_ENGINECFG_ENGINE(), CudnnGraph.Engine.class));
    } else if (type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR()) {
      return plan(d);
    }
    return binding(d);
  }

  private static Properties properties(CudnnDescriptor d) {
    int json = CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION();
    if (d.has(json)) {
      MemorySegment text = d.value(json).bytes();
      String said = new String(text.toArray(JAVA_BYTE),
          StandardCharsets.UTF_8);
      if (!said.startsWith("{") || !said.contains("\"deviceVer\"")) {
        throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "a device is described by a JSON object, got " + said);
      }
    }
    return new Properties(d.has(json));
  }

  private static CudnnGraph.Engine engine(CudnnDescriptor d) {
    List<CudnnGraph.Engine> engines =
        d.descriptor(CUDNN_ATTR_ENGINE_OPERATION_GRAPH(), CudnnGraph.class).engines();
    long index = d.number(CUDNN_ATTR_ENGINE_GLOBAL_INDEX());
    if (index < 0 || index >= engines.size()) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND(), "there is no engine " + index);
    }
    return engines.get((int) index);
  }

  private static Plan plan(CudnnDescriptor d) {
    boolean runs = d.has(CUDNN_ATTR_EXECUTION_PLAN_HANDLE());
    if (!runs) {
      d.descriptor(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP(), Properties.class);
    }
    return new Plan(d.descriptor(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG(), Configuration.class).engine(), runs);
  }

  private static Binding binding(CudnnDescriptor d) {
    long[] ids = d.longs(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS());
    long[] pointers = d.longs(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS());
    if (ids.length != pointers.length) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), ids.length + " tensors with " + pointers.length + " pointers");
    }
    Map<Long, MemorySegment> bound = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      bound.put(ids[i], MemorySegment.ofAddress(pointers[i]));
    }
    int workspace = CUDNN_ATTR_VARIANT_PACK_WORKSPACE();
    return new Binding(bound, MemorySegment.ofAddress(d.has(workspace) ? d.number(workspace) : 0));
  }

  // ---- questions ----

  int cudnnBackendGetAttribute(MemorySegment descriptor, int attribute, int type, long most, MemorySegment count,
      MemorySegment values) {
    CudnnDescriptor of = descriptor(descriptor);
    if (!of.isFinished()) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED(), "a descriptor is asked before it was finalized");
    }
    if (attribute == CUDNN_ATTR_ENGINEHEUR_RESULTS()) {
      List<CudnnGraph.Engine> engines = of.as(Heuristic.class).engines();
      Pointers.putLong(count, engines.size());
      for (int i = 0; i < Math.min(most, engines.size()); i++) {
        fill(Pointers.getPointer(values, i), CUDNN_BACKEND_ENGINECFG_DESCRIPTOR(), new Configuration(engines.get(i)));
      }
    } else if (attribute == CUDNN_ATTR_ENGINECFG_ENGINE()) {
      Pointers.putLong(count, 1);
      if (most > 0) {
        fill(Pointers.getPointer(values, 0), CUDNN_BACKEND_ENGINE_DESCRIPTOR(), of.as(Configuration.class).engine());
      }
    } else {
      answer(type, most, count, values, known(of, attribute));
    }
    return 0;
  }

  /** Lets a descriptor of the caller's stand for something. */
  private void fill(MemorySegment handle, int type, Object with) {
    CudnnDescriptor to = descriptor(handle);
    if (to.type() != type) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE(), "a result is asked for in a descriptor of type "
          + to.type() + " instead of " + type);
    }
    to.finish(with);
  }

  /** What was set, and what is known beyond that. */
  private static CudnnDescriptor.Value known(CudnnDescriptor of, int attribute) {
    if (attribute == CUDNN_ATTR_ENGINE_NUMERICAL_NOTE()) {
      return ints(CUDNN_TYPE_NUMERICAL_NOTE(),
          of.as(CudnnGraph.Engine.class).notes().stream().mapToInt(i -> i).sorted().toArray());
    } else if (attribute == CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE()) {
      of.as(CudnnGraph.Engine.class);
      return ints(CUDNN_TYPE_BEHAVIOR_NOTE());
    } else if (attribute == CUDNN_ATTR_ENGINE_GLOBAL_INDEX()) {
      return number(of.as(CudnnGraph.Engine.class).index());
    } else if (attribute == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE()) {
      return number(of.as(Plan.class).engine().workspace());
    } else if (attribute == CUDNN_ATTR_ENGINECFG_WORKSPACE_SIZE()) {
      return number(of.as(Configuration.class).engine().workspace());
    }
    return of.value(attribute);
  }

  private static CudnnDescriptor.Value ints(int type, int... values) {
    return new CudnnDescriptor.Value(type, values.length, Arena.ofAuto().allocateFrom(JAVA_INT, values), List.of());
  }

  private static CudnnDescriptor.Value number(long value) {
    return new CudnnDescriptor.Value(CUDNN_TYPE_INT64(), 1, Arena.ofAuto().allocateFrom(JAVA_LONG, value), List.of());
  }

  private static void answer(int type, long most, MemorySegment count, MemorySegment values,
      CudnnDescriptor.Value value) {
    if (value.type() != type) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE(), "asked as type " + type + ", but is " + value.type());
    }
    if (count.address() != 0) {
      Pointers.putLong(count, value.count());
    }
    long bytes = Math.min(most, value.count()) * CudnnSchema.bytes(type);
    if (bytes > 0) {
      Pointers.at(values).copyFrom(value.bytes().asSlice(0, bytes));
    }
  }

  // ---- work ----

  int cudnnBackendExecute(MemorySegment handle, MemorySegment plan, MemorySegment pack) {
    FakeStream stream = machine.handles().get(FakeCudnn.Handle.class, handle).stream();
    Plan of = descriptor(plan).as(Plan.class);
    Binding binding = descriptor(pack).as(Binding.class);
    if (!of.runs()) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "a plan for a device that was only described is run");
    }
    CudnnGraph graph = of.engine().graph();
    List<Block> memory = new ArrayList<>();
    for (CudnnTensor tensor : graph.bound()) {
      MemorySegment pointer = binding.pointers().get(tensor.id());
      if (pointer == null) {
        throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "no memory is bound to tensor " + tensor.id());
      }
      if (pointer.address() % tensor.alignment() != 0) {
        throw new Refusal(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER(),
            "tensor " + tensor.id() + " does not lie at a multiple of " + tensor.alignment());
      }
      memory.add(machine.operand(Family.CUDNN, "tensor " + tensor.id(), pointer, tensor.spanBytes()));
    }
    if (of.engine().workspace() > 0) {
      memory.add(machine.operand(Family.CUDNN, "workspace of a plan", binding.workspace(), of.engine().workspace()));
    }
    machine.submit(Family.CUDNN, stream, new Work("cudnnBackendExecute", graph.operations().size(), memory,
        s -> graph.run(new CudnnGraph.Memory(binding.pointers()))));
    return 0;
  }
}

package org.chagres.gpu.fake;

import static org.chagres.bindings.cudnn.Cudnn.*;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which attributes each kind of descriptor takes, of which type, and which it needs. */
final class CudnnSchema {

  private record Attribute(Set<Integer> types, boolean needed) {}

  private static final Map<Integer, Map<Integer, Attribute>> KINDS = new HashMap<>();

  private static final int DESCRIPTOR = CUDNN_TYPE_BACKEND_DESCRIPTOR();
  private static final int DATA_TYPE = CUDNN_TYPE_DATA_TYPE();
  private static final int INT64 = CUDNN_TYPE_INT64();
  private static final Set<Integer> FACTOR = Set.of(CUDNN_TYPE_FLOAT(), CUDNN_TYPE_DOUBLE());

  static {
    int tensor = CUDNN_BACKEND_TENSOR_DESCRIPTOR();
    need(tensor, DATA_TYPE, CUDNN_ATTR_TENSOR_DATA_TYPE());
    need(tensor, INT64, CUDNN_ATTR_TENSOR_DIMENSIONS(), CUDNN_ATTR_TENSOR_STRIDES(), CUDNN_ATTR_TENSOR_UNIQUE_ID(),
        CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT());
    may(tensor, Set.of(CUDNN_TYPE_BOOLEAN()), CUDNN_ATTR_TENSOR_IS_VIRTUAL());
    int convolution = CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR();
    need(convolution, DATA_TYPE, CUDNN_ATTR_CONVOLUTION_COMP_TYPE());
    need(convolution, CUDNN_TYPE_CONVOLUTION_MODE(), CUDNN_ATTR_CONVOLUTION_CONV_MODE());
    need(convolution, INT64, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS(), CUDNN_ATTR_CONVOLUTION_DILATIONS(),
        CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES(), CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS(),
        CUDNN_ATTR_CONVOLUTION_POST_PADDINGS());
    int forward = CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR();
    need(forward, DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X(), CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y());
    may(forward, FACTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA());
    int backwardData = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR();
    need(backwardData, DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W(), CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX());
    may(backwardData, FACTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA());
    int backwardFilter = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR();
    need(backwardFilter, DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X(), CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW());
    may(backwardFilter, FACTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA(),
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA());
    int mode = CUDNN_BACKEND_POINTWISE_DESCRIPTOR();
    need(mode, CUDNN_TYPE_POINTWISE_MODE(), CUDNN_ATTR_POINTWISE_MODE());
    need(mode, DATA_TYPE, CUDNN_ATTR_POINTWISE_MATH_PREC());
    int pointwise = CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR();
    need(pointwise, DESCRIPTOR, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR(),
        CUDNN_ATTR_OPERATION_POINTWISE_XDESC(), CUDNN_ATTR_OPERATION_POINTWISE_YDESC());
    may(pointwise, Set.of(DESCRIPTOR), CUDNN_ATTR_OPERATION_POINTWISE_BDESC());
    may(pointwise, FACTOR, CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1(), CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2());
    graphs();
  }

  private static void graphs() {
    int handle = CUDNN_TYPE_HANDLE();
    int graph = CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR();
    need(graph, DESCRIPTOR, CUDNN_ATTR_OPERATIONGRAPH_OPS());
    may(graph, Set.of(handle), CUDNN_ATTR_OPERATIONGRAPH_HANDLE());
    int heuristic = CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR();
    need(heuristic, DESCRIPTOR, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH());
    need(heuristic, CUDNN_TYPE_HEUR_MODE(), CUDNN_ATTR_ENGINEHEUR_MODE());
    may(heuristic, Set.of(DESCRIPTOR), CUDNN_ATTR_ENGINEHEUR_DEVICEPROP());
    int engine = CUDNN_BACKEND_ENGINE_DESCRIPTOR();
    need(engine, DESCRIPTOR, CUDNN_ATTR_ENGINE_OPERATION_GRAPH());
    need(engine, INT64, CUDNN_ATTR_ENGINE_GLOBAL_INDEX());
    may(engine, Set.of(DESCRIPTOR), CUDNN_ATTR_ENGINE_DEVICEPROP());
    need(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR(), DESCRIPTOR, CUDNN_ATTR_ENGINECFG_ENGINE());
    int plan = CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR();
    need(plan, DESCRIPTOR, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG());
    may(plan, Set.of(handle), CUDNN_ATTR_EXECUTION_PLAN_HANDLE());
    may(plan, Set.of(DESCRIPTOR), CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP());
    int pack = CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR();
    need(pack, INT64, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS());
    need(pack, CUDNN_TYPE_VOID_PTR(), CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS());
    may(pack, Set.of(CUDNN_TYPE_VOID_PTR()), CUDNN_ATTR_VARIANT_PACK_WORKSPACE());
    int properties = CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR();
    may(properties, Set.of(CUDNN_TYPE_CHAR()), CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION());
    may(properties, Set.of(handle), CUDNN_ATTR_DEVICEPROP_HANDLE());
    may(properties, Set.of(CUDNN_TYPE_INT32()), CUDNN_ATTR_DEVICEPROP_DEVICE_ID());
  }

  private CudnnSchema() {}

  private static void need(int kind, int type, int... attributes) {
    add(kind, new Attribute(Set.of(type), true), attributes);
  }

  private static void may(int kind, Set<Integer> types, int... attributes) {
    add(kind, new Attribute(types, false), attributes);
  }

  private static void add(int kind, Attribute attribute, int... numbers) {
    for (int number : numbers) {
      KINDS.computeIfAbsent(kind, k -> new HashMap<>()).put(number, attribute);
    }
  }

  static void requireKnown(int kind) {
    if (!KINDS.containsKey(kind)) {
      throw new Refusal(CUDNN_STATUS_NOT_SUPPORTED(), "the fake has no descriptors of type " + kind);
    }
  }

  static void requireAttribute(int kind, int attribute, int type) {
    Attribute known = KINDS.get(kind).get(attribute);
    if (known == null) {
      throw new Refusal(CUDNN_STATUS_NOT_SUPPORTED(),
          "a descriptor of type " + kind + " takes no attribute " + attribute + " here");
    }
    if (!known.types().contains(type)) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE(),
          "attribute " + attribute + " has type " + known.types() + ", got " + type);
    }
  }

  static void requireComplete(CudnnDescriptor descriptor) {
    List<Integer> missing = KINDS.get(descriptor.type()).entrySet().stream()
        .filter(e -> e.getValue().needed() && !descriptor.has(e.getKey())).map(Map.Entry::getKey).toList();
    if (!missing.isEmpty()) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "a descriptor of type " + descriptor.type() + " lacks " + missing);
    }
  }

  /** Bytes of a value. */
  static int bytes(int type) {
    if (type == CUDNN_TYPE_BOOLEAN() || type == CUDNN_TYPE_CHAR()) {
      return 1;
    }
    boolean wide = type == INT64 || type == CUDNN_TYPE_DOUBLE() || type == CUDNN_TYPE_HANDLE()
        || type == CUDNN_TYPE_VOID_PTR() || type == DESCRIPTOR;
    return wide ? Long.BYTES : Integer.BYTES;
  }
}

package org.chagres.gpu.fake;

import static org.chagres.bindings.cudnn.Cudnn.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph of operations, and the engines that can run it. */
record CudnnGraph(List<CudnnOperation> operations) {

  /** Memory of tensors that are not virtual. */
  record Memory(Map<Long, MemorySegment> pointers) {
    MemorySegment of(CudnnTensor tensor) {
      return pointers.get(tensor.id());
    }
  }

  /**
   * An engine, all of which compute the same.
   *
   * @param index its number
   * @param notes what is known of its numbers
   * @param workspace bytes that it works in
   */
  record Engine(CudnnGraph graph, int index, Set<Integer> notes, long workspace) {}

  /** The operations in the order in which they were given, each reading what is virtual only after it was written. */
  CudnnGraph {
    Set<Long> written = new HashSet<>();
    for (CudnnOperation operation : operations) {
      for (CudnnTensor input : operation.inputs()) {
        if (input.virtual() && !written.contains(input.id())) {
          throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "no operation before writes virtual tensor " + input.id());
        }
      }
      if (!written.add(operation.output().id())) {
        throw new Refusal(CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES(),
            "two operations write tensor " + operation.output().id());
      }
    }
    if (operations.getLast().output().virtual()) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "the last operation writes a virtual tensor");
    }
  }

  /** Three, of which two are what strict or repeatable callers have to leave out. */
  List<Engine> engines() {
    Set<Integer> rounds = operations.getFirst().inputs().getFirst().kind() == ElementKind.F32
        ? Set.of(CUDNN_NUMERICAL_NOTE_TENSOR_CORE(), CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS())
        : Set.of(CUDNN_NUMERICAL_NOTE_TENSOR_CORE());
    return List.of(new Engine(this, 0, rounds, 4096),
        new Engine(this, 1, Set.of(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC()), 512),
        new Engine(this, 2, Set.of(), 1024));
  }

  /** Those of a heuristic. */
  List<Engine> proposals(int mode) {
    if (mode == CUDNN_HEUR_MODE_FALLBACK()) {
      return engines().subList(2, 3);
    }
    return engines();
  }

  /** All tensors in memory. */
  List<CudnnTensor> bound() {
    List<CudnnTensor> tensors = new ArrayList<>();
    for (CudnnOperation operation : operations) {
      tensors.addAll(operation.inputs());
      tensors.add(operation.output());
    }
    tensors.removeIf(CudnnTensor::virtual);
    return tensors;
  }

  void run(Memory memory) {
    Map<Long, float[]> kept = new HashMap<>();
    operations.forEach(operation -> operation.run(memory, kept));
  }
}

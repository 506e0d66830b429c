package org.chagres.nn.backend.cuda;

import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.chagres.gpu.memory.OutOfDeviceMemoryException;
import org.chagres.simd.memory.OutOfNativeMemoryException;

/** The blocks of a GPU's memory that are not given back: for the message when there is no more. */
final class CudaLive {

  private static final int TOLD = 10;

  private final String device;
  private final Set<CudaBlock> blocks = ConcurrentHashMap.newKeySet();

  CudaLive(String device) {
    this.device = device;
  }

  void add(CudaBlock block) {
    blocks.add(block);
  }

  void remove(CudaBlock block) {
    blocks.remove(block);
  }

  int size() {
    return blocks.size();
  }

  /** The error that tells what was asked for and which blocks are the largest. */
  OutOfNativeMemoryException outOfMemory(String what, OutOfDeviceMemoryException cause) {
    String largest = blocks.stream().sorted(Comparator.comparingLong(CudaBlock::bytes).reversed()).limit(TOLD)
        .map(block -> "\n  " + block).collect(Collectors.joining());
    var e = new OutOfNativeMemoryException(
        "out of memory on " + device + ": " + what + ": " + cause.getMessage() + "; live are " + blocks.size()
            + " blocks, the largest:" + largest);
    e.initCause(cause);
    return e;
  }
}

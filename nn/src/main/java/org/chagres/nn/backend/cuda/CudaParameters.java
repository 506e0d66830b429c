package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.PinnedMemory;
import org.chagres.nn.backend.Recorder;

/**
 * What a recorded step's kernels read anew at each replay, such as a learning rate or where a stream of random numbers stands: one
 * stretch of device memory, written on the host while the step's actions there go by and copied before the graph is launched.
 */
final class CudaParameters implements AutoCloseable {

  private static final int BYTES = 1 << 16;
  private static final int ALIGNMENT = 16;
  /** So many replays may be under way before the host waits for the first one's copy. */
  private static final int SLOTS = 3;

  private final CudaQueue queue;
  private final DeviceBlock block;
  private final List<PinnedMemory> slots = new ArrayList<>();
  private int end;
  private int turn;
  private MemorySegment host;

  CudaParameters(CudaQueue queue) {
    this.queue = queue;
    this.block = queue.pool().allocate(BYTES);
    try {
      for (int i = 0; i < SLOTS; i++) {
        slots.add(PinnedMemory.allocate(queue.device(), BYTES));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    host = slots.getFirst().segment();
  }

  /**
   * Adds a parameter to the step that is being recorded.
   *
   * @param bytes its size
   * @param writer writes it to host memory, now and at each replay in its turn among the host's actions
   * @return where it lies on the device, up to date for what is queued next
   */
  MemorySegment add(int bytes, Consumer<MemorySegment> writer) {
    int at = end;
    if (at + bytes > BYTES) {
      Recorder.refuse("it takes more than " + BYTES + " bytes of random streams and optimizer options");
    }
    end = (at + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Runnable write = () -> writer.accept(host.asSlice(at, bytes));
    slots.getFirst().copied().synchronize();
    write.run();
    upload();
    Recorder.current().call(write);
    return block.segment().asSlice(at, bytes);
  }

  boolean isEmpty() {
    return end == 0;
  }

  /** Begins a replay: takes the slot whose last copy is the longest ago. */
  void begin() {
    turn = (turn + 1) % SLOTS;
    slots.get(turn).copied().synchronize();
    host = slots.get(turn).segment();
  }

  /** Queues the copy of what was written. */
  void upload() {
    slots.get(turn).upload(block.segment().asSlice(0, end), queue.stream());
  }

  @Override
  public void close() {
    slots.forEach(PinnedMemory::close);
    block.close();
  }
}

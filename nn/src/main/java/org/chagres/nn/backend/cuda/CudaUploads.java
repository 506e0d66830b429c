package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.memory.OutOfDeviceMemoryException;
import org.chagres.gpu.memory.PinnedMemory;
import org.chagres.gpu.memory.UploadSlot;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.backend.UploadOps;

/** Copies to a GPU on a stream of their own, ordered against the computing one by events. */
final class CudaUploads implements UploadOps {

  private final CudaQueue queue;
  private Optional<CudaStream> copying = Optional.empty();

  /** Copies for what a queue computes. */
  CudaUploads(CudaQueue queue) {
    this.queue = queue;
  }

  /** Made when first needed; closed with the device. */
  private synchronized CudaStream copying() {
    if (copying.isEmpty()) {
      copying = Optional.of(queue.device().newStream("that copies"));
    }
    return copying.get();
  }

  private void refuseRecording() {
    Recorder.refuse("it takes a batch that is copied to " + queue + "; hand the step the batch's tensors");
  }

  @Override
  public Pinned pin(MemorySegment host) {
    return new Host(PinnedMemory.register(queue.device(), host));
  }

  @Override
  public Landing landing(long bytes) {
    try {
      return new Place(UploadSlot.of(queue.pool(), copying(), bytes));
    } catch (OutOfDeviceMemoryException e) {
      throw queue.live().outOfMemory(bytes + " bytes for a batch that is copied there", e);
    }
  }

  private record Host(PinnedMemory memory) implements Pinned {

    @Override
    public boolean isCopied() {
      return memory.copied().isDone();
    }

    @Override
    public void awaitCopied() {
      memory.copied().synchronize();
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  private final class Place implements Landing {
    private final UploadSlot slot;

    Place(UploadSlot slot) {
      this.slot = slot;
    }

    @Override
    public void fill(Pinned from, long bytes) {
      refuseRecording();
      slot.fill(((Host) from).memory, bytes);
    }

    @Override
    public MemorySegment read() {
      refuseRecording();
      return slot.read(queue.stream());
    }

    @Override
    public void release() {
      slot.release(queue.stream());
    }

    @Override
    public void close() {
      slot.close();
    }
  }
}

package org.chagres.train.data;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.ImageWindows;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;

/**
 * A data set's images on a device. A slot then holds no images but which window of which image a sample is: int64 (batch) images, then
 * int32 (batch, 3) first row, first column, mirrored; what workers draw is the same as ever.
 */
final class Resident {
  /** Images are copied to the device in pieces of about so many bytes. */
  private static final long PIECE = 16 << 20;
  private static final int PLACE_BYTES = 12;

  private final WindowDataset dataset;
  private final Device device;
  private final ImageWindows shape;
  private final int batchSize;
  private final Tensor images;

  /** Copies all images there. */
  Resident(WindowDataset dataset, Device device, int batchSize) {
    this.dataset = dataset;
    this.device = device;
    this.batchSize = batchSize;
    shape = dataset.images();
    int bytes = shape.channels() * shape.size().h() * shape.size().w();
    try (Scope none = Scope.suspend()) {
      // A row a piece: the bytes of a large data set are more than an int counts.
      int perPiece = (int) Math.clamp(PIECE / bytes, 1, shape.images());
      int pieces = Math.toIntExact((shape.images() + perPiece - 1) / perPiece);
      images = Tensor.empty("resident images", DType.U8, device, pieces, perPiece * bytes);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment piece = arena.allocate((long) perPiece * bytes, 64);
        for (long first = 0; first < shape.images(); first += perPiece) {
          long count = Math.min(perPiece, shape.images() - first);
          for (long i = 0; i < count; i++) {
            dataset.image(first + i, piece.asSlice(i * bytes, bytes));
          }
          device.backend().memory().upload(piece, images.data().asSlice(first * bytes), count * bytes);
        }
      }
    }
  }

  /** Of a slot. */
  Slot.Layout layout() {
    return Slot.Layout.of((long) batchSize * (JAVA_LONG.byteSize() + PLACE_BYTES),
        (long) batchSize * dataset.spec().target().bytes());
  }

  /** Writes a sample's window into a slot. */
  void read(long index, Slot slot, int row, SampleBuffer buffer) {
    WindowDataset.Window w = dataset.window(index, buffer);
    MemorySegment to = slot.inputs();
    to.setAtIndex(JAVA_LONG, row, w.image());
    long at = (long) batchSize * JAVA_LONG.byteSize() + (long) row * PLACE_BYTES;
    to.set(JAVA_INT, at, w.row());
    to.set(JAVA_INT, at + 4, w.column());
    to.set(JAVA_INT, at + 8, w.mirrored() ? 1 : 0);
    buffer.target(w.label());
  }

  /** Memory of a batch's images. */
  Tensor empty(int size) {
    try (Scope none = Scope.suspend()) {
      return Tensor.empty("batch", DType.F32, device, size, shape.channels(), shape.out().h(), shape.out().w());
    }
  }

  /** Cuts the windows that a slot's copy names. */
  void cut(MemorySegment windows, int size, Tensor to) {
    device.backend().images().windows(
        shape, size, images.data(), windows.asSlice(0, (long) size * JAVA_LONG.byteSize()),
        windows.asSlice((long) batchSize * JAVA_LONG.byteSize(), (long) size * PLACE_BYTES), to.data());
  }

  /** Gives the images back. */
  void close() {
    images.free();
  }
}

package org.chagres.nn.state;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;

/** Tensors to and from safetensors files, in PyTorch's layouts: row-major in the order of the shape. */
public final class StateFiles {

  private StateFiles() {}

  /**
   * Writes tensors, beside and renamed over.
   *
   * @throws StateException if the file cannot be written; what was there before stays
   */
  public static void save(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    List<Tensor> rows = new ArrayList<>(tensors.size()); // kept until their memory is written
    List<Entry> entries = new ArrayList<>(tensors.size());
    try (Grad off = Grad.disabled()) {
      tensors.forEach((name, t) -> {
        Tensor row = t.to(org.chagres.nn.tensor.Device.cpu()).contiguous();
        rows.add(row);
        long bytes = row.count() * row.dtype().bytes();
        entries.add(Entry.of(name, row.dtype(), longs(row.shape()), row.data().asSlice(0, bytes)));
      });
      SafetensorsWriter.write(file, entries, metadata);
    }
    java.lang.ref.Reference.reachabilityFence(rows);
  }

  /**
   * Maps a file's tensors; nothing is copied, and the mapping stays as long as one of them is reachable. Half-precision floats
   * are converted to f32.
   *
   * @throws StateException if the file is not a sound safetensors file, or holds a type that no tensor has
   */
  public static Map<String, Tensor> load(Path file) {
    return tensors(SafetensorsFile.open(file));
  }

  /** As {@link #load}, of an open file. */
  public static Map<String, Tensor> tensors(SafetensorsFile file) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    for (Entry stored : file.entries()) {
      Entry e = stored.type().dtype().isEmpty() && stored.type().isFloat() ? stored.toFloat32() : stored;
      DType dtype = e.type().dtype().orElseThrow(() -> new StateException(
          file.path(), "tensor " + stored.name() + ": type " + stored.type() + " has no tensor type"));
      out.put(e.name(), Tensor.wrap(e.data(), dtype, false, e, ints(file, e)));
    }
    return out;
  }

  private static long[] longs(int[] shape) {
    long[] out = new long[shape.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = shape[i];
    }
    return out;
  }

  private static int[] ints(SafetensorsFile file, Entry e) {
    long[] shape = e.shape();
    int[] out = new int[shape.length];
    for (int i = 0; i < out.length; i++) {
      if (shape[i] > Integer.MAX_VALUE) {
        throw new StateException(file.path(), "tensor " + e.name() + ": dimension " + shape[i] + " is too large");
      }
      out[i] = (int) shape[i];
    }
    return out;
  }
}

package org.chagres.nn.backend.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chagres.gpu.Cuda;
import org.chagres.gpu.CudaDevice;
import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.BackendProvider;

/** Offers NVIDIA's GPUs. Nothing of CUDA is looked for before a device is asked for. */
public final class CudaProvider implements BackendProvider {

  /** Made by the service loader. */
  public CudaProvider() {}

  @Override
  public String kind() {
    return "cuda";
  }

  @Override
  public List<String> describe() {
    return Cuda.probe().describe();
  }

  @Override
  public Backend device(int index) {
    return Open.backend(index);
  }

  /** The devices asked for so far; one that was closed is opened anew. */
  private static final class Open {
    private static final Map<Integer, CudaBackend> BACKENDS = new HashMap<>();

    static synchronized Backend backend(int index) {
      CudaDevice device;
      try {
        device = CudaDevice.of(index);
      } catch (IllegalStateException | IndexOutOfBoundsException e) {
        throw new IllegalArgumentException("device " + e.getMessage(), e);
      }
      CudaBackend known = BACKENDS.get(index);
      if (known == null || !known.isOf(device)) {
        known = opened(device);
        BACKENDS.put(index, known);
      }
      return known;
    }

    private static CudaBackend opened(CudaDevice device) {
      try {
        return new CudaBackend(new CudaQueue(device));
      } catch (RuntimeException | Error e) {
        try {
          device.close(); // with what was made so far
        } catch (RuntimeException closing) {
          e.addSuppressed(closing);
        }
        throw new IllegalArgumentException("device " + device + " cannot be opened: " + e.getMessage(), e);
      }
    }
  }
}

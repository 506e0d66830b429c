package org.chagres.train.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.emulator.Emulator;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.nn.tensor.Device;

/**
 * A GPU for a test: CUDA in Java, which is skipped where there is no g++ to compile kernels with, or with {@code -Dchagres.cuda=real}
 * this machine's.
 */
public final class Gpu implements AutoCloseable {

  private static final boolean REAL = "real".equals(System.getProperty("chagres.cuda"));

  private final Optional<FakeCuda> fake;

  private Gpu(Optional<FakeCuda> fake) {
    this.fake = fake;
  }

  /** One device; with the library's name it is {@code cuda:0}. */
  public static Gpu open() {
    if (REAL) {
      return new Gpu(Optional.empty());
    }
    assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().get());
    return new Gpu(Optional.of(FakeCuda.install()));
  }

  /** The device, opened when first asked for. */
  public Device device() {
    return Device.cuda(0);
  }

  /** For failures on demand: skips the test where the GPU is real. */
  public FakeCuda fake() {
    assumeTrue(fake.isPresent(), "a real GPU does not fail on demand");
    return fake.get();
  }

  /** Sees to it that nothing leaked and nothing was misused. */
  @Override
  public void close() {
    try {
      CudaDevice.of(0).close();
    } finally {
      if (fake.isPresent()) {
        try {
          assertEquals(List.of(), fake.get().problems());
          assertEquals(Map.of(), fake.get().live());
        } finally {
          fake.get().close();
        }
      }
    }
  }
}

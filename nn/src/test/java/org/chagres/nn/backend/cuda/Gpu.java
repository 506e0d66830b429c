package org.chagres.nn.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.emulator.Emulator;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.nn.tensor.Device;

/**
 * A GPU for a test: CUDA in Java, which is skipped where there is no g++ to compile kernels with, or with {@code -Dchagres.cuda=real}
 * this machine's.
 */
final class Gpu implements AutoCloseable {

  static final boolean REAL = "real".equals(System.getProperty("chagres.cuda"));

  private final Optional<FakeCuda> fake;
  private final Device device;

  private Gpu(Optional<FakeCuda> fake) {
    this.fake = fake;
    this.device = Device.cuda(0);
  }

  static Gpu open() {
    return open(builder -> builder);
  }

  /** One that is described, unless it is real. */
  static Gpu open(UnaryOperator<FakeCuda.Builder> described) {
    if (REAL) {
      return new Gpu(Optional.empty());
    }
    assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().get());
    FakeCuda cuda = described.apply(FakeCuda.builder()).install();
    try {
      return new Gpu(Optional.of(cuda));
    } catch (RuntimeException | Error e) {
      CudaDevice.of(0).close();
      cuda.close();
      throw e;
    }
  }

  Device device() {
    return device;
  }

  /** For failures on demand: skips the test where the GPU is real. */
  FakeCuda fake() {
    assumeTrue(fake.isPresent(), "a real GPU does not fail on demand");
    return fake.get();
  }

  /** Sees to it that nothing leaked and nothing was misused. */
  @Override
  public void close() {
    CudaDevice.of(0).close();
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

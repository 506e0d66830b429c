package org.chagres.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chagres.bindings.Libraries;
import org.chagres.bindings.Library;
import org.chagres.bindings.LibraryStatus;
import org.chagres.bindings.Version;
import org.chagres.bindings.cudart.Cudart;

/** Whether this process can use a GPU, which ones there are, and in one sentence why not. */
public final class Cuda {

  /** All that training takes; NCCL is for several devices. */
  private static final List<Library> NEEDED =
      List.of(Library.CUDART, Library.NVRTC, Library.CUBLASLT, Library.CUBLAS, Library.CUDNN);

  /** The oldest that CUDA 13's libraries run on: Turing. */
  private static final int OLDEST = 75;

  /** More than any version's {@code cudaDeviceProp}, and where CUDA 13 has the bytes of memory in it. */
  private static final int PROPERTIES_BYTES = 8192;
  private static final int PROPERTIES_NAME = 256;
  private static final int PROPERTIES_MEMORY = 288;

  private Cuda() {}

  /**
   * What was found.
   *
   * @param libraries each library that is needed, and where it is or why not
   * @param driver the newest CUDA that the driver knows; none without a driver or a runtime to ask it
   * @param devices the devices that can be used
   * @param reason one sentence that says why no device can be used; none if one can
   */
  public record Probe(List<LibraryStatus> libraries, Optional<Version> driver, List<CudaDeviceInfo> devices,
      Optional<String> reason) {

    /** Copies the lists. */
    public Probe {
      libraries = List.copyOf(libraries);
      devices = List.copyOf(devices);
    }

    /** Whether there is a device to use. */
    public boolean usable() {
      return reason.isEmpty();
    }

    /** All of it for people, a line each; where none of the libraries is, the reason alone. */
    public List<String> describe() {
      if (libraries.stream().allMatch(LibraryStatus.Missing.class::isInstance)) {
        return reason.stream().toList();
      }
      List<String> lines = new ArrayList<>();
      libraries.forEach(library -> lines.add(library.describe()));
      driver.ifPresent(version -> lines.add("driver for CUDA " + version.major() + "." + version.minor()));
      devices.forEach(device -> lines.add(device.describe()));
      reason.filter(sentence -> !lines.contains(sentence)).ifPresent(lines::add);
      return lines;
    }
  }

  /** Looks anew; libraries are looked for once in a process. Never throws for what is missing. */
  public static Probe probe() {
    List<LibraryStatus> libraries = NEEDED.stream().map(Libraries::status).toList();
    if (libraries.getFirst() instanceof LibraryStatus.Missing missing) {
      return new Probe(libraries, Optional.empty(), List.of(), Optional.of(missing.reason()));
    }
    try (Arena arena = Arena.ofConfined()) {
      Prober prober = new Prober(libraries, arena.allocate(PROPERTIES_BYTES, 8));
      return prober.probe();
    }
  }

  private record Prober(List<LibraryStatus> libraries, MemorySegment out) {

    Probe probe() {
      Optional<Version> driver = driver();
      List<CudaDeviceInfo> devices = new ArrayList<>();
      Optional<String> reason = libraryReason().or(() -> driverReason(driver));
      if (reason.isEmpty()) {
        reason = devices(devices);
      }
      return new Probe(libraries, driver, devices, reason);
    }

    private Optional<Version> driver() {
      int status = Cudart.cudaDriverGetVersion(out);
      int number = out.get(JAVA_INT, 0);
      return status == 0 && number > 0 ? Optional.of(version(number)) : Optional.empty();
    }

    private static Version version(int number) {
      return new Version(number / 1000, number % 1000 / 10, number % 10);
    }

    private Optional<String> libraryReason() {
      for (LibraryStatus status : libraries) {
        if (status instanceof LibraryStatus.Missing missing) {
          return Optional.of(missing.reason());
        }
      }
      var lt = (LibraryStatus.Found) libraries.get(NEEDED.indexOf(Library.CUBLASLT));
      var blas = (LibraryStatus.Found) libraries.get(NEEDED.indexOf(Library.CUBLAS));
      return lt.version().equals(blas.version()) ? Optional.empty()
          : Optional.of("cuBLAS and cuBLASLt are of different versions, " + blas.version() + " at " + blas.where()
              + " and " + lt.version() + " at " + lt.where() + "; name the folder of one with -D"
              + Library.CUBLAS.property() + "=FOLDER -D" + Library.CUBLASLT.property() + "=FOLDER.");
    }

    private Optional<String> driverReason(Optional<Version> driver) {
      if (driver.isEmpty()) {
        return Optional.of("There is no NVIDIA driver: the CUDA runtime finds no libcuda.so.1; install one for CUDA "
            + Library.CUDART.minimum().major() + " (580 or newer).");
      }
      Version runtime = ((LibraryStatus.Found) libraries.getFirst()).version();
      return driver.get().major() >= runtime.major() ? Optional.empty()
          : Optional.of("The NVIDIA driver is too old: it knows CUDA " + driver.get().major() + "."
              + driver.get().minor() + ", but the libraries are of CUDA " + runtime.major() + "." + runtime.minor()
              + "; install a driver of 580 or newer.");
    }

    private Optional<String> devices(List<CudaDeviceInfo> usable) {
      int status = Cudart.cudaGetDeviceCount(out);
      if (status != 0) {
        CudaException.forget();
        return Optional.of("There is no CUDA device: " + CudaException.of(status, "cudaGetDeviceCount").getMessage()
            + "; CUDA_VISIBLE_DEVICES " + visible() + ".");
      }
      int count = out.get(JAVA_INT, 0);
      List<String> old = new ArrayList<>();
      for (int index = 0; index < count; index++) {
        CudaDeviceInfo info = info(index, out);
        if (10 * info.major() + info.minor() < OLDEST) {
          old.add(info.describe());
        } else {
          usable.add(info);
        }
      }
      return usable.isEmpty()
          ? Optional.of(old.isEmpty() ? "There is no CUDA device: the driver shows none; CUDA_VISIBLE_DEVICES "
              + visible() + "."
              : "No CUDA device is new enough for CUDA 13, which takes compute capability 7.5 or later: "
                  + String.join("; ", old) + ".")
          : Optional.empty();
    }

    private static String visible() {
      String value = System.getenv("CUDA_VISIBLE_DEVICES");
      return value == null ? "is not set" : "is \"" + value + "\"";
    }
  }

  private static CudaDeviceInfo info(int index, MemorySegment out) {
    int major = attribute(Cudart.cudaDevAttrComputeCapabilityMajor(), index, out);
    int minor = attribute(Cudart.cudaDevAttrComputeCapabilityMinor(), index, out);
    int multiprocessors = attribute(Cudart.cudaDevAttrMultiProcessorCount(), index, out);
    out.fill((byte) 0);
    CudaException.check(Cudart.cudaGetDeviceProperties(out, index), "cudaGetDeviceProperties");
    String name = out.asSlice(0, PROPERTIES_NAME).getString(0);
    return new CudaDeviceInfo(index, name, major, minor, out.get(JAVA_LONG, PROPERTIES_MEMORY), multiprocessors);
  }

  static int attribute(int attribute, int index, MemorySegment out) {
    CudaException.check(Cudart.cudaDeviceGetAttribute(out, attribute, index), "cudaDeviceGetAttribute");
    return out.get(JAVA_INT, 0);
  }
}

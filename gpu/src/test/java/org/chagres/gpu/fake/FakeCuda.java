package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chagres.bindings.Library;
import org.chagres.bindings.SubstituteLibraries;
import org.chagres.bindings.Version;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.bindings.cublaslt.CublasLt;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.bindings.nvrtc.Nvrtc;

/**
 * CUDA without a GPU, in place until it is closed; one at a time.
 *
 * <pre>{@code
 * try (var cuda = FakeCuda.builder().memory(64 << 20).oomAtAllocation(3).install()) {
 *   ...                                       // what uses org.chagres.gpu
 *   assertEquals(Map.of(), cuda.live());      // nothing leaked
 *   assertEquals(List.of(), cuda.problems()); // nothing was misused
 * }
 * }</pre>
 *
 * <p>Kernels need g++; {@code Emulator.missing()} says if it lacks. What was misused is returned as CUDA's error code
 * and told by {@link #problems}: double free, use of what was destroyed or freed, work on a stream of another than the
 * current device, memory freed on a stream that does not wait for its last use, writes beside an allocation. Without
 * misuse, failures on demand and a lack of memory leave no problem behind.
 */
public final class FakeCuda implements AutoCloseable {

  private static final String KERNEL_CACHE = "chagres.kernel.cache";

  private final Machine machine;
  private final Map<Library, FakeLibrary> libraries = new EnumMap<>(Library.class);
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final SubstituteLibraries substitutes;

  /** Machine code of the fakes is no good to anybody else, so it is not to get into the user's cache. */
  private final boolean cacheTurnedOff;

  private FakeCuda(Settings settings) {
    machine = new Machine(settings);
    Set<String> none = Set.of();
    library(Library.CUDART, Family.CUDART).addAll(Cudart.class, List.of(new CudartDevices(machine),
        new CudartMemory(machine), new CudartStreams(machine), new CudartGraphs(machine), new CudartKernels(machine)),
        none);
    library(Library.NVRTC, Family.NVRTC).addAll(Nvrtc.class, List.of(new FakeNvrtc(machine)), none);
    List<Object> cublas = List.of(new FakeCublas(machine));
    library(Library.CUBLAS, Family.CUBLAS).addAll(Cublas.class, cublas, none)
        .add("cublasGetProperty", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS), cublas);
    library(Library.CUBLASLT, Family.CUBLAS).addAll(CublasLt.class, List.of(new FakeCublasLt(machine)), none);
    library(Library.CUDNN, Family.CUDNN).addAll(Cudnn.class, List.of(new FakeCudnn(machine),
        new CudnnBackend(machine)), FakeCudnn.LACKING);
    libraries.keySet().removeIf(settings::lacks);
    cacheTurnedOff = System.getProperty(KERNEL_CACHE) == null;
    if (cacheTurnedOff) {
      System.setProperty(KERNEL_CACHE, "off");
    }
    substitutes = SubstituteLibraries.install(name -> settings.lacks(name) ? Optional.empty() : find(name));
  }

  private FakeLibrary library(Library library, Family family) {
    FakeLibrary made = new FakeLibrary(machine, family);
    libraries.put(library, made);
    return made;
  }

  private Optional<MemorySegment> find(String name) {
    return libraries.values().stream().flatMap(library -> library.find(name).stream()).findFirst();
  }

  /** One device of 1 GiB with all libraries, in place. */
  public static FakeCuda install() {
    return builder().install();
  }

  /** A machine to be described. */
  public static Builder builder() {
    return new Builder();
  }

  /** Describes the machine. */
  public static final class Builder {

    private Settings settings = Settings.USUAL;
    private final List<Integer> failingAllocations = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();

    private record Failure(String function, int n, int code) {}

    private Builder() {}

    /** How many devices; 1 unless said, 0 for none. */
    public Builder devices(int count) {
      settings = settings.withDevices(count);
      return this;
    }

    /** Bytes of memory of each device; 1 GiB unless said. */
    public Builder memory(long bytes) {
      settings = settings.withMemory(bytes);
      return this;
    }

    /** Compute capability; 9.0 unless said. */
    public Builder capability(int major, int minor) {
      settings = settings.withCapability(10 * major + minor);
      return this;
    }

    /** The newest CUDA that the driver knows, such as 13000; 0 for a machine without a driver. */
    public Builder driver(int version) {
      settings = settings.withDriver(version);
      return this;
    }

    /** A library's version. */
    public Builder version(Library library, int major, int minor, int patch) {
      settings = settings.with(library, new Version(major, minor, patch));
      return this;
    }

    /** Lets a library lack. */
    public Builder without(Library library) {
      settings = settings.without(library.name());
      return this;
    }

    /** Lets a library's function lack. */
    public Builder without(String function) {
      settings = settings.without(function);
      return this;
    }

    /** Lets the n-th allocation on any device fail, counted from 1. */
    public Builder oomAtAllocation(int n) {
      failingAllocations.add(n);
      return this;
    }

    /** Lets the n-th call of a function return an error, counted from 1. */
    public Builder failCall(String function, int n, int code) {
      failures.add(new Failure(function, n, code));
      return this;
    }

    /** Puts it in place. */
    public FakeCuda install() {
      FakeCuda cuda = new FakeCuda(settings);
      failingAllocations.forEach(cuda::oomAtAllocation);
      failures.forEach(f -> cuda.failCall(f.function, f.n, f.code));
      return cuda;
    }
  }

  /** Lets the n-th allocation from now on fail, counted from 1. */
  public void oomAtAllocation(int n) {
    locked(() -> machine.failAllocation(n));
  }

  /**
   * Lets the n-th call of a function from now on return an error without doing anything, except for what gives something
   * back, which it does, as there is no second try. An error that breaks a device, such as {@code
   * cudaErrorIllegalAddress}, breaks it for good.
   */
  public void failCall(String function, int n, int code) {
    if (find(function).isEmpty()) {
      throw new IllegalArgumentException("no library has a function " + function);
    }
    machine.journal().fail(function, n, code);
  }

  /** How often a function was called. */
  public long calls(String function) {
    return machine.journal().count(function);
  }

  /** How often each function was called. */
  public Map<String, Long> counts() {
    return machine.journal().counts();
  }

  /** The functions that were called, in order; of very many the last. */
  public List<String> log() {
    return machine.journal().calls();
  }

  /** Begins the log anew; counts go on. */
  public void clearLog() {
    machine.journal().forgetCalls();
  }

  /** What was misused, and exceptions within the fakes themselves; empty if all is well. */
  public List<String> problems() {
    locked(machine.memory()::check);
    return machine.journal().problems();
  }

  /** What is live by kind, such as {@code stream}; memory with its bytes beside it, such as {@code device memory bytes}. */
  public Map<String, Long> live() {
    Map<String, Long> live = new TreeMap<>();
    locked(() -> {
      machine.handles().count().forEach((kind, count) -> live.put(kind, (long) count));
      for (Block block : machine.memory().all()) {
        live.merge(block.kind().title(), 1L, Long::sum);
        live.merge(block.kind().title() + " bytes", block.bytes(), Long::sum);
      }
    });
    return live;
  }

  private void locked(Runnable action) {
    machine.lock().lock();
    try {
      action.run();
    } finally {
      machine.lock().unlock();
    }
  }

  /** Puts back what was there; calls that still come fail. Looks at nothing: {@link #live} and {@link #problems} do. */
  @Override
  public void close() {
    if (open.getAndSet(false)) {
      substitutes.close();
      if (cacheTurnedOff) {
        System.clearProperty(KERNEL_CACHE);
      }
      libraries.values().forEach(FakeLibrary::detach);
      locked(machine::close);
    }
  }
}

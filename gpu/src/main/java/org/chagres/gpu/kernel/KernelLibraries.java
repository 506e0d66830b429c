package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaResource;

/** Our kernels on one device: a source is compiled for it and loaded when its first kernel is asked for. */
public final class KernelLibraries extends CudaResource {

  private final CubinCache cache = CubinCache.ofProcess();
  private final Map<Source, MemorySegment> libraries = new EnumMap<>(Source.class);
  /** By {@link Kernel#id}; null where not asked for yet. */
  private MemorySegment[] handles = new MemorySegment[64];

  private KernelLibraries(CudaDevice device) {
    super(device, "the kernels of " + device);
  }

  /** For a device. */
  public static KernelLibraries of(CudaDevice device) {
    return device.call(() -> {
      KernelLibraries kernels = new KernelLibraries(device);
      kernels.opened();
      return kernels;
    });
  }

  /** Compiles and loads all of a source beforehand. */
  public void load(Source source) {
    device().run(() -> library(source));
  }

  /** CUDA's handle; on the device's thread. */
  MemorySegment handle(Kernel kernel) {
    int id = kernel.id();
    MemorySegment handle = id < handles.length ? handles[id] : null;
    return handle != null ? handle : find(kernel);
  }

  private MemorySegment find(Kernel kernel) {
    MemorySegment library = library(kernel.source());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      int status = Cudart.cudaLibraryGetKernel(out, library, arena.allocateFrom(kernel.name()));
      if (status != 0) {
        CudaException.check(status, "cudaLibraryGetKernel of " + kernel);
      }
      if (kernel.id() >= handles.length) {
        handles = Arrays.copyOf(handles, Math.max(2 * handles.length, kernel.id() + 1));
      }
      handles[kernel.id()] = out.get(ADDRESS, 0);
      return handles[kernel.id()];
    }
  }

  private MemorySegment library(Source source) {
    requireOpen();
    MemorySegment library = libraries.get(source);
    if (library == null) {
      device().refuseInCapture("compiling and loading " + source.fileName());
      library = load(source, cache.code(source, device().info().architecture()));
      libraries.put(source, library);
    }
    return library;
  }

  private static MemorySegment load(Source source, byte[] code) {
    MemorySegment none = MemorySegment.NULL;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      MemorySegment image = arena.allocate(code.length, 16);
      MemorySegment.copy(MemorySegment.ofArray(code), 0, image, 0, code.length);
      CudaException.check(Cudart.cudaLibraryLoadData(out, image, none, none, 0, none, none, 0),
          "cudaLibraryLoadData of " + source.fileName());
      return out.get(ADDRESS, 0);
    }
  }

  @Override
  protected void release() {
    Arrays.fill(handles, null);
    libraries.values().removeIf(library -> {
      CudaException.check(Cudart.cudaLibraryUnload(library), "cudaLibraryUnload");
      return true;
    });
  }
}

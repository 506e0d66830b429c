package org.chagres.gpu.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaResource;
import org.chagres.gpu.CudaStream;

/**
 * A device's memory in the order of a stream: what is freed may be handed out at once, since whatever uses it next is
 * queued behind whatever used it last.
 *
 * <p>Freed blocks wait in lists by size, {@link SizeClasses}; a step that always does the same asks CUDA for nothing.
 * Behind the lists stands CUDA's own pool, told to give nothing back by itself. When memory runs out, the lists are
 * emptied and the device is asked once more.
 */
public final class DevicePool extends CudaResource {

  private final CudaStream stream;
  /** Where the device has no pools, it is asked directly, which waits for it. */
  private final boolean pooledByDevice;
  private final MemorySegment out = Arena.ofAuto().allocate(16, 8);
  /** The device's thread's own: on any other, to read or write a block throws instead of ending the process. */
  private final Arena arena = Arena.ofConfined();
  private final Chunk[] free = new Chunk[SizeClasses.COUNT];

  /** All that the device gave and has not got back. */
  private final List<Chunk> owned = new ArrayList<>();

  private boolean released;
  private long limit = Long.MAX_VALUE;
  private long live;
  private long peak;
  private long pooled;
  private long allocations;
  private long calls;

  private DevicePool(CudaStream stream, boolean pooledByDevice) {
    super(stream.device(), "the memory pool of " + stream);
    this.stream = stream;
    this.pooledByDevice = pooledByDevice;
  }

  /** A pool for what runs on a stream. */
  public static DevicePool of(CudaStream stream) {
    return stream.device().call(() -> {
      CudaDevice device = stream.device();
      boolean pools = device.attribute(Cudart.cudaDevAttrMemoryPoolsSupported()) != 0;
      if (pools) {
        keepMemory(device);
      }
      DevicePool pool = new DevicePool(stream, pools);
      pool.opened();
      return pool;
    });
  }

  /** By default CUDA's pool gives memory back whenever the host waits for the device. */
  private static void keepMemory(CudaDevice device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(8, 8);
      CudaException.check(Cudart.cudaDeviceGetDefaultMemPool(out, device.index()), "cudaDeviceGetDefaultMemPool");
      MemorySegment pool = out.get(ADDRESS, 0);
      out.set(JAVA_LONG, 0, -1L);
      CudaException.check(Cudart.cudaMemPoolSetAttribute(pool, Cudart.cudaMemPoolAttrReleaseThreshold(), out),
          "cudaMemPoolSetAttribute(cudaMemPoolAttrReleaseThreshold)");
    }
  }

  /** The stream. */
  public CudaStream stream() {
    return stream;
  }

  /**
   * A block; its content is undefined.
   *
   * @param bytes 0 or more
   * @throws OutOfDeviceMemoryException if there is not as much
   * @throws IllegalStateException while a graph is being recorded
   */
  public DeviceBlock allocate(long bytes) {
    if (!device().isCurrent()) {
      return device().call(() -> allocate(bytes));
    }
    requireOpen();
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: expected 0 or more, got " + bytes);
    }
    if (device().isCapturing()) {
      device().refuseInCapture("allocating " + bytes + " bytes of device memory");
    }
    if (bytes > SizeClasses.LARGEST) {
      throw new OutOfDeviceMemoryException("allocating " + bytes + " bytes", bytes, here(), "more than any device has");
    }
    int sizeClass = SizeClasses.of(bytes);
    Chunk chunk = free[sizeClass];
    if (chunk != null) {
      free[sizeClass] = chunk.next;
      pooled -= chunk.memory.byteSize();
    } else {
      chunk = fresh(bytes, sizeClass);
    }
    allocations++;
    live += chunk.memory.byteSize();
    peak = Math.max(peak, live);
    return new DeviceBlock(this, chunk, chunk.memory.asSlice(0, bytes));
  }

  private Chunk fresh(long bytes, int sizeClass) {
    long size = SizeClasses.bytes(sizeClass);
    if (size > limit - live - pooled) {
      trimHere();
      if (size > limit - live) {
        throw new OutOfDeviceMemoryException("allocating " + bytes + " bytes", bytes, here(), "the pool's limit");
      }
    }
    int status = ask(size);
    if (status == Cudart.cudaErrorMemoryAllocation()) {
      CudaException.forget();
      trimHere();
      status = ask(size);
    }
    if (status == Cudart.cudaErrorMemoryAllocation()) {
      CudaException.forget();
      throw new OutOfDeviceMemoryException(function() + " of " + size + " bytes", bytes, here(), deviceMemory());
    }
    if (status != 0) {
      CudaException.check(status, function() + " of " + size + " bytes");
    }
    calls++;
    Chunk chunk = new Chunk(out.get(ADDRESS, 0).reinterpret(size, arena, null), sizeClass);
    owned.add(chunk);
    return chunk;
  }

  private String function() {
    return pooledByDevice ? "cudaMallocAsync" : "cudaMalloc";
  }

  private int ask(long size) {
    return pooledByDevice ? Cudart.cudaMallocAsync(out, size, stream.handle()) : Cudart.cudaMalloc(out, size);
  }

  private String deviceMemory() {
    int status = Cudart.cudaMemGetInfo(out, out.asSlice(8));
    if (status != 0) {
      CudaException.forget();
      return device() + " has not as much";
    }
    return device() + " has " + out.get(JAVA_LONG, 0) + " bytes free of " + out.get(JAVA_LONG, 8);
  }

  void free(DeviceBlock block) {
    if (!device().isCurrent()) {
      device().runIfOpen(() -> free(block));
      return;
    }
    Chunk chunk = block.take();
    if (released) {
      return;
    }
    long size = chunk.memory.byteSize();
    live -= size;
    pooled += size;
    chunk.next = free[chunk.sizeClass];
    free[chunk.sizeClass] = chunk;
  }

  /** Limits what is live and pooled together; what is there already stays. */
  public void limit(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("limit: expected 0 bytes or more, got " + bytes);
    }
    device().run(() -> limit = bytes);
  }

  /** What the pool holds now. */
  public PoolStatistics statistics() {
    return device().call(this::here);
  }

  private PoolStatistics here() {
    return new PoolStatistics(live, peak, pooled, limit, allocations, calls);
  }

  /** Gives what is pooled back to the device, for other processes. */
  public void trim() {
    device().run(() -> {
      requireOpen();
      device().refuseInCapture("giving memory back");
      trimHere();
    });
  }

  private void trimHere() {
    for (int sizeClass = 0; sizeClass < free.length; sizeClass++) {
      while (free[sizeClass] != null) {
        Chunk chunk = free[sizeClass];
        free[sizeClass] = chunk.next;
        pooled -= chunk.memory.byteSize();
        giveBack(chunk);
      }
    }
    owned.removeIf(chunk -> chunk.givenBack);
    CudaException.check(Cudart.cudaStreamSynchronize(stream.handle()), "cudaStreamSynchronize");
    if (pooledByDevice) {
      CudaException.check(Cudart.cudaDeviceGetDefaultMemPool(out, device().index()), "cudaDeviceGetDefaultMemPool");
      CudaException.check(Cudart.cudaMemPoolTrimTo(out.get(ADDRESS, 0), 0), "cudaMemPoolTrimTo");
    }
  }

  private void giveBack(Chunk chunk) {
    chunk.givenBack = true;
    if (pooledByDevice) {
      CudaException.check(Cudart.cudaFreeAsync(chunk.memory, stream.handle()), "cudaFreeAsync");
    } else {
      CudaException.check(Cudart.cudaFree(chunk.memory), "cudaFree");
    }
  }

  /** What is live as well: whoever still holds it is late. */
  @Override
  protected void release() {
    released = true;
    Arrays.fill(free, null);
    owned.forEach(this::giveBack);
    owned.clear();
    trimHere();
    arena.close();
  }
}

package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.Place;
import org.chagres.gpu.kernel.RandomKernels;
import org.chagres.nn.backend.RandomOps;
import org.chagres.simd.random.Stream;

/** Random numbers on a GPU: the CPU's, bit for bit. */
final class CudaRandom implements RandomOps {

  private final CudaQueue queue;
  private final RandomKernels kernels;

  /** Over the queue that its kernels go to. */
  CudaRandom(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new RandomKernels(queue.launcher());
  }

  @Override
  public void uniform(Stream at, long count, float low, float high, MemorySegment y) {
    Place place = queue.place(at);
    queue.run(() -> kernels.uniform(place, count, low, high, y));
  }

  @Override
  public void normal(Stream at, long count, float mean, float std, MemorySegment y) {
    Place place = queue.place(at);
    queue.run(() -> kernels.normal(place, count, mean, std, y));
  }

  @Override
  public void integers(Stream at, long count, long low, long high, MemorySegment y) {
    Place place = queue.place(at);
    queue.run(() -> kernels.integers(place, count, low, high, y));
  }

  @Override
  public void dropout(Stream at, double p, long count, MemorySegment x, MemorySegment y) {
    Place place = queue.place(at);
    queue.run(() -> kernels.dropout(place, p, count, x, y));
  }
}

package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.ImageKernels;
import org.chagres.gpu.kernel.Images;
import org.chagres.gpu.kernel.Windows.Extent;
import org.chagres.nn.backend.ImageOps;
import org.chagres.nn.backend.ImageWindows;

/** Images of bytes on a GPU. */
final class CudaImages implements ImageOps {

  private final CudaQueue queue;
  private final ImageKernels kernels;

  /** Over the queue that its kernels go to. */
  CudaImages(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new ImageKernels(queue.launcher());
  }

  @Override
  public void windows(
      ImageWindows shape, int n, MemorySegment images, MemorySegment pick, MemorySegment place, MemorySegment y) {
    ImageWindows.Scaling scaling = shape.scaling();
    Images s = new Images(
        shape.images(), shape.channels(), new Extent(shape.size().h(), shape.size().w()),
        new Extent(shape.out().h(), shape.out().w()), shape.planar(),
        new Images.Scaling(scaling.mean(), scaling.deviation(), scaling.fill()));
    queue.run(() -> kernels.load(s, n, images, pick, place, y));
  }
}

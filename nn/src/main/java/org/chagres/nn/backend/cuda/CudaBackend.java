package org.chagres.nn.backend.cuda;

import java.util.List;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.blas.Types;
import org.chagres.gpu.dnn.Convolutions;
import org.chagres.gpu.kernel.ElementType;
import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.ConvOps;
import org.chagres.nn.backend.ElementwiseOps;
import org.chagres.nn.backend.ImageOps;
import org.chagres.nn.backend.IndexOps;
import org.chagres.nn.backend.LossOps;
import org.chagres.nn.backend.MatrixOps;
import org.chagres.nn.backend.MemoryOps;
import org.chagres.nn.backend.NormOps;
import org.chagres.nn.backend.OptimOps;
import org.chagres.nn.backend.PoolOps;
import org.chagres.nn.backend.RandomOps;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.backend.ReduceOps;
import org.chagres.nn.backend.Replay;
import org.chagres.nn.backend.UploadOps;

/** A GPU: products by cuBLAS, convolutions by cuDNN, all else by the kernels of {@code org.chagres.gpu}. */
final class CudaBackend implements Backend {

  private final CudaQueue queue;
  private final MemoryOps memory;
  private final UploadOps uploads;
  private final ElementwiseOps elementwise;
  private final ReduceOps reduce;
  private final MatrixOps matrix;
  private final MatrixOps narrowMatrix;
  private final ConvOps conv;
  private final ConvOps narrowConv;
  private final PoolOps pool;
  private final NormOps norm;
  private final LossOps loss;
  private final OptimOps optim;
  private final RandomOps random;
  private final IndexOps index;
  private final ImageOps images;

  CudaBackend(CudaQueue queue) {
    this.queue = queue;
    memory = new CudaMemory(queue);
    uploads = new CudaUploads(queue);
    elementwise = new CudaElementwise(queue);
    reduce = new CudaReduce(queue);
    CudaMatrix.Libraries libraries = CudaMatrix.Libraries.of(queue);
    matrix = new CudaMatrix(queue, libraries, Types.F32);
    narrowMatrix = new CudaMatrix(queue, libraries, Types.BF16_TO_F32);
    Convolutions convolutions = Convolutions.of(queue.scratch(), queue.launcher());
    conv = new CudaConv(queue, convolutions, ElementType.F32);
    narrowConv = new CudaConv(queue, convolutions, ElementType.BF16);
    pool = new CudaPool(queue);
    norm = new CudaNorm(queue);
    loss = new CudaLoss(queue);
    optim = new CudaOptim(queue);
    random = new CudaRandom(queue);
    index = new CudaIndex(queue);
    images = new CudaImages(queue);
  }

  boolean isOf(CudaDevice device) {
    return queue.device() == device;
  }

  @Override
  public String name() {
    return queue.device().toString();
  }

  @Override
  public boolean queues() {
    return true;
  }

  @Override
  public Replay replay(Recorder recorder, List<Recorder.Call> calls) {
    return new CudaReplay(queue, queue.parameters(recorder), calls);
  }

  @Override
  public MemoryOps memory() {
    return memory;
  }

  @Override
  public UploadOps uploads() {
    return uploads;
  }

  @Override
  public ElementwiseOps elementwise() {
    return elementwise;
  }

  @Override
  public ReduceOps reduce() {
    return reduce;
  }

  @Override
  public MatrixOps matrix() {
    return matrix;
  }

  @Override
  public MatrixOps matrixBf16() {
    return narrowMatrix;
  }

  @Override
  public ConvOps conv() {
    return conv;
  }

  @Override
  public ConvOps convBf16() {
    return narrowConv;
  }

  @Override
  public PoolOps pool() {
    return pool;
  }

  @Override
  public NormOps norm() {
    return norm;
  }

  @Override
  public LossOps loss() {
    return loss;
  }

  @Override
  public OptimOps optim() {
    return optim;
  }

  @Override
  public RandomOps random() {
    return random;
  }

  @Override
  public ImageOps images() {
    return images;
  }

  @Override
  public IndexOps index() {
    return index;
  }
}

package org.chagres.nn.backend.cpu;

import java.util.List;
import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.ConvOps;
import org.chagres.nn.backend.ElementwiseOps;
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

/** The CPU: every family on the kernels of {@code org.chagres.simd}. */
final class CpuBackend implements Backend {

  private final MemoryOps memory = new CpuMemory();
  private final ElementwiseOps elementwise;
  private final ReduceOps reduce;
  private final MatrixOps matrix;
  private final ConvOps conv;
  private final PoolOps pool;
  private final NormOps norm;
  private final LossOps loss;
  private final OptimOps optim;
  private final RandomOps random;
  private final IndexOps index;

  CpuBackend(CpuStream stream) {
    elementwise = new CpuElementwise(stream);
    reduce = new CpuReduce(stream);
    matrix = new CpuMatrix(stream);
    conv = new CpuConv(stream);
    pool = new CpuPool(stream);
    norm = new CpuNorm(stream);
    loss = new CpuLoss(stream);
    optim = new CpuOptim(stream);
    random = new CpuRandom(stream);
    index = new CpuIndex(stream);
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public boolean queues() {
    return false;
  }

  @Override
  public Replay replay(Recorder recorder, List<Recorder.Call> calls) {
    return new CpuReplay(calls);
  }

  @Override
  public MemoryOps memory() {
    return memory;
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
  public ConvOps conv() {
    return conv;
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
  public IndexOps index() {
    return index;
  }
}

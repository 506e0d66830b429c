package org.chagres.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Tensor;

/**
 * Samples that are the rows of two tensors: PyTorch's {@code TensorDataset(inputs, targets)}. Sample {@code i} is
 * {@code inputs[i]} with {@code targets[i]}. The tensors are not copied if they lie on the CPU as batches do.
 */
public final class TensorDataset implements Dataset {
  private final Tensor inputs;
  private final Tensor targets;
  private final SampleSpec spec;

  /**
   * Over two tensors, which must not be freed before the data set.
   *
   * @param inputs {@code (N, ...)}
   * @param targets {@code (N, ...)}; {@code (N)} of I64 for class numbers
   * @throws IllegalArgumentException if they have no first dimension, or different ones
   */
  public TensorDataset(Tensor inputs, Tensor targets) {
    if (inputs.rank() == 0 || targets.rank() == 0 || inputs.size(0) != targets.size(0)) {
      throw new IllegalArgumentException("TensorDataset: expected inputs and targets of the same first dimension, got "
          + Arrays.toString(inputs.shape()) + " and " + Arrays.toString(targets.shape()));
    }
    this.inputs = laidOut(inputs);
    this.targets = laidOut(targets);
    spec = new SampleSpec(sample(inputs), sample(targets));
  }

  private static Tensor laidOut(Tensor t) {
    Tensor host = t.detach().to(Device.cpu());
    return t.rank() == 4 ? host.channelsLast() : host.contiguous();
  }

  private static ArraySpec sample(Tensor t) {
    var shape = new ArrayList<Integer>();
    for (int d = 1; d < t.rank(); d++) {
      shape.add(t.size(d));
    }
    return new ArraySpec(t.dtype(), shape);
  }

  @Override
  public long size() {
    return inputs.size(0);
  }

  @Override
  public SampleSpec spec() {
    return spec;
  }

  @Override
  public void read(long index, SampleBuffer out) {
    out.require(spec);
    long inputBytes = spec.input().bytes();
    long targetBytes = spec.target().bytes();
    out.copy(
        inputs.data().asSlice(index * inputBytes, inputBytes),
        targets.data().asSlice(index * targetBytes, targetBytes));
  }
}

package org.chagres.nn.tensor;

import java.util.Arrays;
import org.chagres.simd.shape.DType;

/** A recorded call: edges to where its inputs came from, what it saved, its derivative, the gradient that has come in. */
final class Node implements Tape.Context {

  final String op;
  final long sequence;
  private final int[] shape;
  private final DType type;
  private final Tensor[] leaves;
  private final Node[] sources;
  private final int[] versions;
  private Tensor[] saved;
  private Tape.Backward backward;
  /** Gradient of the result while a backward pass is under way. */
  Tensor gradient;
  /** The result, where its gradient is to be kept. */
  Tensor retained;
  private BackwardPass pass;
  private Device device;

  Node(String op, long sequence, Tensor out, Tensor[] inputs, Tensor[] saved, Tape.Backward backward) {
    this.op = op;
    this.sequence = sequence;
    this.shape = out.shapeArray();
    this.type = out.dtype();
    this.leaves = new Tensor[inputs.length];
    this.sources = new Node[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      Tensor t = inputs[i];
      if (t.node() != null) {
        sources[i] = t.node();
      } else if (t.requiresGrad()) {
        leaves[i] = t;
      }
    }
    this.saved = saved;
    this.versions = new int[saved.length];
    for (int i = 0; i < saved.length; i++) {
      versions[i] = saved[i].version();
    }
    this.backward = backward;
  }

  int[] shape() {
    return shape;
  }

  /** Runs the derivative. */
  void run(BackwardPass at, Tensor dy) {
    if (backward == null) {
      throw new IllegalStateException(
          "backward through " + op + " a second time: what it saved was released after the first; call"
              + " backward(gradient, retainGraph = true) the first time if you need to go twice");
    }
    pass = at;
    device = dy.device();
    try {
      backward.run(this, dy);
    } finally {
      pass = null;
      device = null;
    }
  }

  /** Lets go of what was saved. */
  void release() {
    saved = null;
    backward = null;
  }

  @Override
  public Tensor saved(int index) {
    Tensor t = saved[index];
    if (t.version() != versions[index]) {
      throw new IllegalStateException(
          "a tensor " + Layout.toString(t.shapeArray()) + " that " + op
              + " saved for its gradient was changed in place:"
              + " it is at version " + t.version() + ", expected version " + versions[index]);
    }
    return t;
  }

  @Override
  public boolean needs(int input) {
    return sources[input] != null || leaves[input] != null;
  }

  @Override
  public Tensor into(int input, int... shape) {
    Tensor home = leaves[input] == null ? null : leaves[input].takeGradHome();
    return home == null ? Tensor.empty(op, DType.F32, device, shape, Layout.rowMajor(shape)) : home;
  }

  @Override
  public void gradient(int input, Tensor gradient) {
    if (!needs(input)) {
      return;
    }
    Node source = sources[input];
    Tensor leaf = leaves[input];
    int[] expected = source != null ? source.shape : leaf.shapeArray();
    if (!Arrays.equals(gradient.shapeArray(), expected)) {
      throw new IllegalStateException(
          "backward of " + op + ": gradient " + Layout.toString(gradient.shapeArray()) + " for an input "
              + Layout.toString(expected));
    }
    // Where an op promoted its inputs, each gets its gradient in its own type.
    if (source != null) {
      pass.toNode(source, Arithmetic.inType(gradient, source.type));
    } else {
      pass.toLeaf(leaf, Arithmetic.inType(gradient, leaf.dtype()));
    }
  }
}

package org.chagres.nn.tensor;

import org.chagres.simd.shape.DType;

/** A recorded call: edges to where its inputs came from, what it saved, its derivative, the gradient that has come in. */
final class Node implements Tape.Context {

  final String op;
  final long sequence;
  private final int[] shape;
  private final Tensor[] leaves;
  private final Node[] sources;
  private final int[][] inputShapes;
  private final DType[] inputTypes;
  private final int[] versions;
  private Tensor[] saved;
  private Tape.Backward backward;
  /** Gradient of the result while a backward pass is under way. */
  Tensor gradient;
  /** The result, where its gradient is to be kept. */
  Tensor retained;
  private BackwardPass pass;

  Node(String op, long sequence, Tensor out, Tensor[] inputs, Tensor[] saved, Tape.Backward backward) {
    this.op = op;
    this.sequence = sequence;
    this.shape = out.shapeArray();
    this.leaves = new Tensor[inputs.length];
    this.sources = new Node[inputs.length];
    this.inputShapes = new int[inputs.length][];
    this.inputTypes = new DType[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      Tensor t = inputs[i];
      inputShapes[i] = t.shapeArray();
      inputTypes[i] = t.dtype();
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
    try {
      backward.run(this, dy);
    } finally {
      pass = null;
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
  public void gradient(int input, Tensor gradient) {
    if (!needs(input)) {
      return;
    }
    if (!java.util.Arrays.equals(gradient.shapeArray(), inputShapes[input])) {
      throw new IllegalStateException(
          "backward of " + op + ": gradient " + Layout.toString(gradient.shapeArray()) + " for an input "
              + Layout.toString(inputShapes[input]));
    }
    // Where an op promoted its inputs, each gets its gradient in its own type.
    Tensor own = Arithmetic.inType(gradient, inputTypes[input]);
    if (sources[input] != null) {
      pass.toNode(sources[input], own);
    } else {
      pass.toLeaf(leaves[input], own);
    }
  }
}

package org.chagres.nn.tensor;

import java.util.PriorityQueue;
import org.chagres.nn.backend.Recorder;

/**
 * One walk back over the tape, latest call first. Gradients of intermediate results live in a scope of the pass and are freed
 * as soon as they have been used.
 */
final class BackwardPass {

  private final PriorityQueue<Node> ready = new PriorityQueue<>(16, (a, b) -> Long.compare(b.sequence, a.sequence));
  private final boolean retainGraph;
  private Scope scope;

  private BackwardPass(boolean retainGraph) {
    this.retainGraph = retainGraph;
  }

  /** Walks back from a tensor with a gradient of its shape. */
  static void run(Tensor root, Tensor gradient, boolean retainGraph) {
    BackwardPass pass = new BackwardPass(retainGraph);
    try (Grad off = Grad.disabled();
        Scope scope = Scope.open()) {
      pass.scope = scope;
      if (root.node() == null) {
        pass.toLeaf(root, gradient);
      } else {
        pass.toNode(root.node(), gradient);
        pass.drain();
      }
    } finally {
      for (Node n : pass.ready) {
        n.gradient = null; // after an error: nothing half done stays behind
      }
    }
  }

  private void drain() {
    for (Node node = ready.poll(); node != null; node = ready.poll()) {
      Tensor dy = node.gradient;
      node.gradient = null;
      if (node.retained != null) {
        node.retained.accumulate(dy, false);
      }
      int mark = scope.mark();
      node.run(this, dy);
      Recorder recorder = Recorder.current();
      if (recorder != null) {
        recorder.boundary();
      }
      if (!retainGraph) {
        node.release();
      }
      scope.freeSince(mark);
      Storage storage = dy.storage();
      storage.pending--;
      if (storage.pending == 0 && storage.owner == scope) {
        scope.release(storage);
        storage.free();
      }
    }
  }

  void toNode(Node node, Tensor gradient) {
    if (node.gradient == null) {
      node.gradient = gradient;
      gradient.storage().pending++;
      ready.add(node);
      return;
    }
    Tensor first = node.gradient;
    if (isOurs(first) && first.storage().pending == 1) {
      Arithmetic.addInto(first, gradient);
      return;
    }
    Tensor sum = Arithmetic.add(first, gradient);
    first.storage().pending--;
    sum.storage().pending++;
    node.gradient = sum;
  }

  void toLeaf(Tensor leaf, Tensor gradient) {
    leaf.accumulate(gradient, isOurs(gradient) && gradient.storage().pending == 0);
  }

  private boolean isOurs(Tensor t) {
    return t.storage().owner == scope && t.isDense();
  }
}

package org.chagres.nn.tensor;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where ops are recorded for backward. A function computes its result, then calls {@link #record} with its inputs, what its
 * derivative needs, and the derivative; where nothing is to be recorded the result comes back as it is.
 */
public final class Tape {

  private static final AtomicLong SEQUENCE = new AtomicLong();
  private static final Tensor[] NONE = {};

  private Tape() {}

  /** The derivative of a function: from the gradient of the result to those of the inputs. */
  @FunctionalInterface
  public interface Backward {

    /**
     * Hands the gradients of the inputs that need one to {@link Context#gradient}.
     *
     * @param context what was saved, which inputs need a gradient
     * @param dy the gradient of the result, of its shape, in any layout
     */
    void run(Context context, Tensor dy);
  }

  /** What a derivative sees of its function's call. */
  public interface Context {

    /**
     * A saved tensor.
     *
     * @throws IllegalStateException if it was changed in place since
     */
    Tensor saved(int index);

    /** Whether an input needs a gradient. */
    boolean needs(int input);

    /**
     * Memory for the gradient of an input, contents not defined: where the gradients of a flat block's parameter lie, if that
     * may be, else a fresh tensor. What comes back is filled and handed to {@link #gradient}.
     *
     * @param input which
     * @param shape the input's
     * @return f32, row-major
     */
    Tensor into(int input, int... shape);

    /** Hands over the gradient of an input, of the input's shape. Ignored where none is needed. */
    void gradient(int input, Tensor gradient);
  }

  /** No tensors. */
  public static Tensor[] none() {
    return NONE;
  }

  /** Shorthand for an array. */
  public static Tensor[] list(Tensor... tensors) {
    return tensors;
  }

  /**
   * Records a call, if gradients are enabled and an input requires one.
   *
   * @param op the function's name, for messages
   * @param out its result, fresh
   * @param inputs what gradients may go to
   * @param saved what the derivative needs
   * @param backward the derivative
   * @return the result
   */
  public static Tensor record(String op, Tensor out, Tensor[] inputs, Tensor[] saved, Backward backward) {
    if (Grad.records(inputs)) {
      for (Tensor t : inputs) {
        out.recordedFrom(t);
      }
      out.attach(new Node(op, SEQUENCE.getAndIncrement(), out, inputs, saved, backward));
    }
    // A kernel may be the last reader of a temporary: keep them until it has run.
    Reference.reachabilityFence(inputs);
    Reference.reachabilityFence(saved);
    return out;
  }
}

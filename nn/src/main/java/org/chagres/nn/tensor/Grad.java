package org.chagres.nn.tensor;

/**
 * Whether ops are recorded for backward, per thread.
 *
 * <pre>{@code
 * try (var noGrad = Grad.disabled()) { ... }
 * }</pre>
 */
public final class Grad implements AutoCloseable {

  private static final ThreadLocal<boolean[]> OFF = ThreadLocal.withInitial(() -> new boolean[1]);

  private final boolean[] slot;
  private final boolean before;

  private Grad(boolean off) {
    slot = OFF.get();
    before = slot[0];
    slot[0] = off;
  }

  /** Records nothing until closed, as PyTorch's {@code no_grad}. */
  public static Grad disabled() {
    return new Grad(true);
  }

  /** Records again until closed, inside {@link #disabled}. */
  public static Grad enabled() {
    return new Grad(false);
  }

  /** Whether ops are recorded now. */
  public static boolean isEnabled() {
    return !OFF.get()[0];
  }

  /** Whether an op on these inputs would be recorded now. */
  public static boolean records(Tensor... inputs) {
    if (!isEnabled()) {
      return false;
    }
    for (Tensor t : inputs) {
      if (t.requiresGrad()) {
        return true;
      }
    }
    return false;
  }

  /** Goes back to what was before. */
  @Override
  public void close() {
    slot[0] = before;
  }
}

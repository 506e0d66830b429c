package org.chagres.nn.tensor;

import org.chagres.nn.backend.ConvOps;
import org.chagres.nn.backend.MatrixOps;

/**
 * The precision in which this thread's products and convolutions are computed, as {@code torch.autocast}.
 *
 * <pre>{@code
 * try (var cast = Autocast.bf16()) {
 *   loss = criterion.forward(model.forward(x), target);
 * }
 * loss.backward(); // in the precision of each op's forward
 * }</pre>
 *
 * <p>Weights, gradients, optimizer state and all other ops stay f32; so does every tensor that is seen, and no scaling of the loss is
 * needed. Only GPUs have bf16: on the CPU a product or a convolution in it throws {@link UnsupportedOperationException}.
 */
public final class Autocast implements AutoCloseable {

  private static final ThreadLocal<boolean[]> BF16 = ThreadLocal.withInitial(() -> new boolean[1]);

  private final boolean[] slot;
  private final boolean before;

  private Autocast(boolean bf16) {
    slot = BF16.get();
    before = slot[0];
    slot[0] = bf16;
  }

  /** Factors are rounded to bf16 until closed; sums stay f32. */
  public static Autocast bf16() {
    return new Autocast(true);
  }

  /** f32 again until closed, inside {@link #bf16}. */
  public static Autocast disabled() {
    return new Autocast(false);
  }

  /** Whether products and convolutions are in bf16 now. */
  public static boolean isBf16() {
    return BF16.get()[0];
  }

  /** The convolutions that a tensor's device does now. */
  public static ConvOps conv(Tensor x) {
    return isBf16() ? x.backend().convBf16() : x.backend().conv();
  }

  /** The products that a tensor's device does now. */
  public static MatrixOps matrix(Tensor x) {
    return isBf16() ? x.backend().matrixBf16() : x.backend().matrix();
  }

  /** Goes back to what was before. */
  @Override
  public void close() {
    slot[0] = before;
  }
}

package org.chagres.nn.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of code at whose end the tensors made in it are freed: one step of training, one request.
 *
 * <pre>{@code
 * try (var step = Scope.open()) {
 *   Tensor loss = criterion.forward(model.forward(x), target);
 *   loss.backward();
 * }
 * }</pre>
 *
 * <p>Scopes nest and belong to the thread that opened them. Parameters, their gradients and optimizer state are no scope's.
 * A tensor made outside any scope is reclaimed when it is no longer reachable. Using a freed tensor throws.
 */
public final class Scope implements AutoCloseable {

  private static final ThreadLocal<Scope[]> INNERMOST = ThreadLocal.withInitial(() -> new Scope[1]);

  private final Scope outer;
  private final Scope[] slot;
  private final boolean suspends;
  private final List<Storage> storages;
  private boolean closed;

  private Scope(boolean suspends) {
    this.slot = INNERMOST.get();
    this.outer = slot[0];
    this.suspends = suspends;
    this.storages = new ArrayList<>();
    slot[0] = this;
  }

  /** Opens a scope on this thread. */
  public static Scope open() {
    return new Scope(false);
  }

  /** Until closed, tensors made on this thread belong to no scope: for what lives as long as a model. */
  public static Scope suspend() {
    return new Scope(true);
  }

  /** The scope that tensors made now would belong to, or null. */
  static Scope current() {
    Scope s = INNERMOST.get()[0];
    return s == null || s.suspends ? null : s;
  }

  void adopt(Storage storage) {
    storage.owner = this;
    storages.add(storage);
  }

  void release(Storage storage) {
    for (int i = storages.size() - 1; i >= 0; i--) {
      if (storages.get(i) == storage) {
        storages.set(i, storages.getLast());
        storages.removeLast();
        return;
      }
    }
  }

  /** How many tensors it holds; a mark for {@link #freeSince}. */
  int mark() {
    return storages.size();
  }

  /** Frees what was made since a mark and is no gradient under way. */
  void freeSince(int mark) {
    int kept = mark;
    for (int i = mark; i < storages.size(); i++) {
      Storage s = storages.get(i);
      if (s.pending > 0) {
        storages.set(kept++, s);
      } else {
        s.free();
      }
    }
    while (storages.size() > kept) {
      storages.removeLast();
    }
  }

  /**
   * Lets a tensor outlive this scope: it passes to the scope around it or, without one, lives while it is reachable.
   *
   * @return the tensor
   */
  public Tensor keep(Tensor tensor) {
    checkOpen();
    Storage storage = tensor.storage();
    if (storage.owner == this) {
      storage.moveTo(outer == null || outer.suspends ? null : outer);
    }
    return tensor;
  }

  /**
   * Frees the tensors made in it.
   *
   * @throws IllegalStateException if a scope opened in it is still open, or from another thread; nothing is freed then
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    Scope[] mine = INNERMOST.get();
    if (mine != slot) {
      throw new IllegalStateException("a scope is closed on the thread that opened it");
    }
    if (slot[0] != this) {
      throw new IllegalStateException("a scope opened inside this one is still open");
    }
    closed = true;
    slot[0] = outer;
    for (int i = 0; i < storages.size(); i++) {
      storages.get(i).free();
    }
    storages.clear();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }
}

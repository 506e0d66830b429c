package org.chagres.simd.memory;

/**
 * Free ranges ordered by size, then address: a treap that lives in the ranges themselves, so it allocates nothing.
 *
 * <p>Priorities are a hash of the address, so the tree's shape, like its content, depends on nothing but the
 * set of ranges.
 */
final class FreeTree {
  private Range root;

  /** The smallest range of at least {@code size} bytes, of those the lowest; null if there is none. */
  Range bestFit(long size) {
    Range best = null;
    for (Range t = root; t != null;) {
      if (t.size >= size) {
        best = t;
        t = t.left;
      } else {
        t = t.right;
      }
    }
    return best;
  }

  void insert(Range n) {
    long priority = priority(n);
    Range parent = null;
    boolean isLeft = false;
    Range t = root;
    while (t != null && priority(t) >= priority) {
      parent = t;
      isLeft = before(n, t);
      t = isLeft ? t.left : t.right;
    }
    link(parent, isLeft, n);
    // What hung there is split around n: smaller keys go down its left side, greater ones down its right side.
    Range less = n;
    Range more = n;
    while (t != null) {
      if (before(t, n)) {
        link(less, less == n, t);
        less = t;
        t = t.right;
      } else {
        link(more, more != n, t);
        more = t;
        t = t.left;
      }
    }
    link(less, less == n, null);
    link(more, more != n, null);
  }

  void remove(Range n) {
    Range parent = null;
    boolean isLeft = false;
    for (Range t = root; t != n; t = isLeft ? t.left : t.right) {
      parent = t;
      isLeft = before(n, t);
    }
    Range a = n.left;
    Range b = n.right;
    while (a != null && b != null) {
      if (priority(a) >= priority(b)) {
        link(parent, isLeft, a);
        parent = a;
        isLeft = false;
        a = a.right;
      } else {
        link(parent, isLeft, b);
        parent = b;
        isLeft = true;
        b = b.left;
      }
    }
    link(parent, isLeft, a != null ? a : b);
    n.left = null;
    n.right = null;
  }

  private void link(Range parent, boolean isLeft, Range child) {
    if (parent == null) {
      root = child;
    } else if (isLeft) {
      parent.left = child;
    } else {
      parent.right = child;
    }
  }

  private static boolean before(Range a, Range b) {
    return a.size != b.size ? a.size < b.size : a.address < b.address;
  }

  private static long priority(Range r) {
    long h = (r.address >>> 6) * 0x9E3779B97F4A7C15L;
    return (h ^ h >>> 32) * 0xD6E8FEB86659FD93L;
  }
}

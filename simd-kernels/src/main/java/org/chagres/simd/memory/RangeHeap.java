package org.chagres.simd.memory;

/**
 * Best fit with coalescing over ranges of mapped memory; knows nothing of locks, limits or the system.
 *
 * <p>Of the free ranges that are large enough the smallest is cut, of those the lowest; a freed range merges
 * with its free neighbours at once. So which addresses are free is a function of what is mapped and what is
 * live, and of nothing else: once a step has run without making the heap grow, the same step from the same live
 * set gets the same addresses for ever.
 */
final class RangeHeap {
  /** Cold ranges begin and end on this border: the size of a huge page. */
  static final long HUGE = 2L << 20;

  private final FreeTree warm = new FreeTree();
  private final FreeTree cold = new FreeTree();
  private Range lowest;
  private Range recycled;

  /** A live range of exactly {@code size} bytes out of warm memory, or null if no free range is large enough. */
  Range take(long size, long alignment, long granule) {
    Range r = warm.bestFit(size);
    if (alignment > granule && (r == null || gap(r, alignment) + size > r.size)) {
      r = warm.bestFit(size + alignment - granule);
    }
    if (r == null) {
      return null;
    }
    warm.remove(r);
    long gap = gap(r, alignment);
    if (gap > 0) {
      Range rest = cut(r, gap);
      warm.insert(r);
      r = rest;
    }
    if (r.size > size) {
      warm.insert(cut(r, size));
    }
    r.state = Range.LIVE;
    return r;
  }

  /** Takes a live range back. */
  void give(Range r) {
    r.block = null;
    release(r, Range.WARM);
  }

  /**
   * Makes {@code size} bytes, a multiple of {@link #HUGE}, of cold memory warm; false if no cold range is
   * large enough.
   */
  boolean warmUp(long size) {
    Range r = cold.bestFit(size);
    if (r == null) {
      return false;
    }
    cold.remove(r);
    if (r.size > size) {
      cold.insert(cut(r, size));
    }
    release(r, Range.WARM);
    return true;
  }

  /** Adds newly mapped memory as warm. */
  void add(long address, long size) {
    Range r = fresh(address, size, Range.LIVE);
    Range below = null;
    for (Range t = lowest; t != null && t.address < address; t = t.higher) {
      below = t;
    }
    r.lower = below;
    r.higher = below == null ? lowest : below.higher;
    if (r.higher != null) {
      r.higher.lower = r;
    }
    if (below == null) {
      lowest = r;
    } else {
      below.higher = r;
    }
    release(r, Range.WARM);
  }

  /**
   * Turns the whole huge pages of free ranges cold, after the source took their memory back; returns how many
   * bytes.
   */
  long trim(long atLeast, PageSource pages) {
    long trimmed = 0;
    for (Range r = lowest; r != null && trimmed < atLeast; r = r.higher) {
      long from = -(-r.address & -HUGE);
      long to = r.end() & -HUGE;
      if (r.state != Range.WARM || to <= from || !pages.release(from, to - from)) {
        continue;
      }
      warm.remove(r);
      if (from > r.address) {
        Range rest = cut(r, from - r.address);
        warm.insert(r);
        r = rest;
      }
      if (to < r.end()) {
        warm.insert(cut(r, to - r.address));
      }
      trimmed += r.size;
      r = release(r, Range.COLD);
    }
    return trimmed;
  }

  /** The lowest range; the others follow by {@code higher}. */
  Range lowest() {
    return lowest;
  }

  private static long gap(Range r, long alignment) {
    return -r.address & alignment - 1;
  }

  /** Shortens the range to {@code size} and returns the rest, in the same state and in no tree. */
  private Range cut(Range r, long size) {
    Range rest = fresh(r.address + size, r.size - size, r.state);
    r.size = size;
    rest.lower = r;
    rest.higher = r.higher;
    if (rest.higher != null) {
      rest.higher.lower = rest;
    }
    r.higher = rest;
    return rest;
  }

  /**
   * Puts a range that is in no tree into that of its new state, merged with its neighbours; returns the
   * merged range.
   */
  private Range release(Range r, int state) {
    FreeTree tree = state == Range.WARM ? warm : cold;
    r.state = state;
    Range next = r.higher;
    if (next != null && r.joins(next)) {
      tree.remove(next);
      absorb(r, next);
    }
    Range before = r.lower;
    if (before != null && before.joins(r)) {
      tree.remove(before);
      absorb(before, r);
      r = before;
    }
    tree.insert(r);
    return r;
  }

  private void absorb(Range r, Range next) {
    r.size += next.size;
    r.higher = next.higher;
    if (r.higher != null) {
      r.higher.lower = r;
    }
    next.lower = null;
    next.higher = null;
    next.left = recycled;
    recycled = next;
  }

  private Range fresh(long address, long size, int state) {
    Range r = recycled;
    if (r == null) {
      r = new Range();
    } else {
      recycled = r.left;
      r.left = null;
    }
    r.address = address;
    r.size = size;
    r.state = state;
    return r;
  }
}

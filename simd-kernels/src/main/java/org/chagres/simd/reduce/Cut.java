package org.chagres.simd.reduce;

import org.chagres.simd.shape.ReduceShape;

/**
 * How a reduction is cut into tasks and tasks into chunks, by shape alone. A task is a block of columns of one outer
 * index and, where there would be too few tasks to share out, one segment of the length; then partial results are
 * combined in order.
 *
 * @param shape the geometry
 * @param segments parts of the length, 1 or more
 * @param segmentLength elements of a part, the last may have fewer
 * @param blocks blocks of {@link #COLUMNS} columns
 * @param tasksPerChunk tasks that are handed out together
 */
record Cut(ReduceShape shape, int segments, int segmentLength, long blocks, long tasksPerChunk) {

  /** Columns of a block: their accumulators in double stay in the nearest cache. */
  static final int COLUMNS = 1024;

  private static final long LEAST_ELEMENTS = 16_384;
  private static final long FEW_TASKS = 32;
  private static final long ENOUGH_TASKS = 64;
  private static final long LONGEST = 1L << 28;

  /** Cut with segments, for reductions whose parts can be combined. */
  static Cut withSegments(ReduceShape shape) {
    return of(shape, true);
  }

  /**
   * Cut without segments.
   *
   * @throws IllegalArgumentException if the length is over 2^28
   */
  static Cut whole(ReduceShape shape) {
    if (shape.length() > LONGEST) {
      throw new IllegalArgumentException("length: expected at most " + LONGEST + ", got " + shape.length());
    }
    return of(shape, false);
  }

  private static Cut of(ReduceShape shape, boolean split) {
    long width = Math.min(shape.inner(), COLUMNS);
    long blocks = (shape.inner() + COLUMNS - 1) / COLUMNS;
    long units = shape.outer() * blocks;
    long segments = 1;
    if (split && units > 0 && shape.length() > 0) {
      long work = shape.length() * width;
      if (units < FEW_TASKS && work > 2 * LEAST_ELEMENTS) {
        segments = Math.min(work / LEAST_ELEMENTS, (ENOUGH_TASKS + units - 1) / units);
      }
      segments = Math.min(shape.length(), Math.max(segments, (shape.length() + LONGEST - 1) / LONGEST));
    }
    // Segments of equal length but for the last, so their number may come out smaller.
    long length = Math.max(1, (shape.length() + segments - 1) / segments);
    segments = Math.max(1, (shape.length() + length - 1) / length);
    long task = Math.max(1, length * width);
    long tasks = units * segments;
    long perChunk = Math.max((LEAST_ELEMENTS + task - 1) / task, (tasks + ENOUGH_TASKS - 1) / ENOUGH_TASKS);
    return new Cut(shape, (int) segments, (int) length, blocks, Math.max(1, perChunk));
  }

  /** Tasks in all. */
  long tasks() {
    return shape.outer() * segments * blocks;
  }

  /** Chunks of the tasks, at least 1. */
  int chunks() {
    return (int) Math.max(1, (tasks() + tasksPerChunk - 1) / tasksPerChunk);
  }

  /** The first task of a chunk. */
  long first(int chunk) {
    return chunk * tasksPerChunk;
  }

  /** The task behind a chunk's last. */
  long end(int chunk) {
    return Math.min(tasks(), (chunk + 1) * tasksPerChunk);
  }

  /** A task's outer index. */
  long outer(long task) {
    return task / blocks / segments;
  }

  /** A task's segment. */
  int segment(long task) {
    return (int) (task / blocks % segments);
  }

  /** A task's first column. */
  long column(long task) {
    return task % blocks * COLUMNS;
  }

  /** Columns of the block that begins at a column. */
  int width(long column) {
    return (int) Math.min(COLUMNS, shape.inner() - column);
  }

  /** Rows of a segment. */
  int rows(int segment) {
    return (int) Math.min(segmentLength, shape.length() - (long) segment * segmentLength);
  }

  /** The first input element of a task. */
  long input(long task) {
    return (outer(task) * shape.length() + (long) segment(task) * segmentLength) * shape.inner() + column(task);
  }

  /** The first result element of a task. */
  long output(long task) {
    return outer(task) * shape.inner() + column(task);
  }

  /** Where a task's partial results begin: (outer, segment, inner). */
  long partial(long task) {
    return (outer(task) * segments + segment(task)) * shape.inner() + column(task);
  }

  /** How many partial results there are, 0 where there is nothing to combine. */
  long partials() {
    return segments == 1 ? 0 : shape.outer() * segments * shape.inner();
  }
}

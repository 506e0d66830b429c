package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Rows picked by int64 index and summed by index, f32. Indices were checked before they came to the device. */
public final class IndexKernels extends Launches {

  private static final int WARP = 32;

  /** Indices a chunk has at least, and chunks at most: each has a counter for every row of the table. */
  private static final int CHUNK = 1024;

  private static final int CHUNKS = 32;

  private final Kernel gatherRows = Kernel.of(Source.INDEX, "gather_rows");
  private final Kernel sortRows = Kernel.of(Source.INDEX, "sort_rows");
  private final Kernel scanParts = Kernel.of(Source.INDEX, "scan_parts");
  private final Kernel scan = Kernel.of(Source.INDEX, "scan");
  private final Kernel sumRows = Kernel.of(Source.INDEX, "sum_rows");
  private final Kernel pick = Kernel.of(Source.INDEX, "pick_8");
  private final CopyKernels copies;

  /** Over a stream. */
  public IndexKernels(Launcher launcher) {
    super(launcher);
    this.copies = new CopyKernels(launcher);
  }

  /** y[i] = table[indices[i]]. */
  public void gatherRows(Table s, MemorySegment table, MemorySegment indices, MemorySegment y) {
    with().at(table, floats((long) s.rows() * s.width()), "table").at(indices, bytes(s.count(), 8), "indices");
    arguments.at(y, floats(Math.multiplyExact(s.count(), s.width())), "y");
    arguments.i64(s.count()).i64(s.width()).i64(s.rows());
    if (s.count() * s.width() > 0) {
      launch(gatherRows, grid(s.count() * s.width()), arguments);
    }
  }

  /** dTable[r] = Σ dy[i] over the i of each row, in their order; all rows are written. */
  public void sumRows(Table s, MemorySegment dy, MemorySegment indices, MemorySegment dTable) {
    long chunks = Math.clamp(ceilDiv(s.count(), CHUNK), 1, CHUNKS);
    long counters = s.rows() * chunks;
    int parts = blocks(counters, CHUNK);
    long countBytes = 4 * counters + 255 & -256;
    long partBytes = 4L * parts + 255 & -256;
    long sortBytes = 4 * s.count();
    if ((long) s.rows() * s.width() == 0) {
      return;
    }
    MemorySegment scratch = launcher.scratch(countBytes + partBytes + sortBytes);
    MemorySegment counts = part(scratch, 0, countBytes);
    MemorySegment sorted = part(scratch, countBytes + partBytes, sortBytes);
    copies.zero(countBytes, counts);
    sort(s, indices, counts, MemorySegment.NULL, chunks);
    with().at(counts, countBytes, "scratch").at(part(scratch, countBytes, partBytes), partBytes, "scratch")
        .i64(counters);
    launch(scanParts, parts, arguments);
    launch(scan, parts, arguments);
    sort(s, indices, counts, sorted, chunks);
    with().at(dy, floats(Math.multiplyExact(s.count(), s.width())), "dy").at(counts, countBytes, "scratch");
    arguments.at(sorted, sortBytes, "scratch").at(dTable, floats((long) s.rows() * s.width()), "dTable");
    arguments.i64(s.rows()).i64(s.width()).i64(chunks);
    launch(sumRows, blocks(s.rows() * ceilDiv(s.width(), WARP), Kernel.THREADS / WARP), arguments);
  }

  private void sort(Table s, MemorySegment indices, MemorySegment counts, MemorySegment sorted, long chunks) {
    with().at(indices, bytes(s.count(), 8), "indices").at(counts, 4 * s.rows() * chunks, "scratch");
    arguments.optional(sorted, 4 * s.count(), "scratch").i64(s.count()).i64(s.rows()).i64(chunks);
    launch(sortRows, (int) chunks, arguments);
  }

  /**
   * y[i] = x[indices[i]], elements of 8 bytes out of n: the labels of a batch of a data set that lies on the device.
   */
  public void pick(long n, long count, MemorySegment x, MemorySegment indices, MemorySegment y) {
    with().at(x, bytes(n, 8), "x").at(indices, bytes(count, 8), "indices").at(y, bytes(count, 8), "y");
    arguments.i64(count).i64(n);
    if (count > 0) {
      launch(pick, grid(count), arguments);
    }
  }
}

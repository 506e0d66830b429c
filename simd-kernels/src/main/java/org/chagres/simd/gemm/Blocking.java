package org.chagres.simd.gemm;

import static org.chagres.simd.gemm.Tiles.CHUNK_FLOPS;
import static org.chagres.simd.gemm.Tiles.EDGE;
import static org.chagres.simd.gemm.Tiles.KC;
import static org.chagres.simd.gemm.Tiles.MC;
import static org.chagres.simd.gemm.Tiles.MC_MIN;
import static org.chagres.simd.gemm.Tiles.MR;
import static org.chagres.simd.gemm.Tiles.NC;
import static org.chagres.simd.gemm.Tiles.NC_MIN;
import static org.chagres.simd.gemm.Tiles.NR;
import static org.chagres.simd.gemm.Tiles.PACKED_BYTES;
import static org.chagres.simd.gemm.Tiles.SHALLOW;

import java.util.ArrayList;
import java.util.List;
import org.chagres.simd.shape.GemmShape;

/**
 * How one product is cut up; a function of its shape alone.
 *
 * <p>The product is a number of <em>items</em>: the matrices of the batch, and where C is too small to occupy the
 * workers, slices of k whose partial sums are added up at the end. A {@link Round} packs a part of the operands
 * that L3 holds, then multiplies it, cut into <em>cells</em> of mc×nc of C.
 *
 * @param slices slices of k to a matrix
 * @param sliceK steps of k in a slice; the last has what is left
 * @param group items in a round at most
 * @param rows rows of C in a round at most, whole panels
 * @param columns columns of C in a round at most, whole panels
 * @param steps steps of k in a round at most
 * @param mc rows of a cell, whole panels
 * @param nc columns of a cell, whole panels
 * @param cellsPerChunk how many cells make a chunk worth handing out
 */
record Blocking(
    int slices, int sliceK, int group, int rows, int columns, int steps, int mc, int nc, int cellsPerChunk) {

  /** Floats in a chunk of packing; some 10 to 20 µs. */
  private static final int PACK_CHUNK = 65_536;

  /** Chunks of a phase that suffice for any number of workers that is likely. */
  private static final int CHUNKS = 32;

  /**
   * A part of the product that is packed, then multiplied.
   *
   * @param item the first item
   * @param items how many items
   * @param row the first row
   * @param rows how many rows
   * @param column the first column
   * @param columns how many columns
   * @param k the first step, counted within a slice
   * @param steps how many steps
   */
  record Round(int item, int items, int row, int rows, int column, int columns, int k, int steps) {

    int panelsOfA() {
      return ceilDiv(rows, MR);
    }

    int panelsOfB() {
      return ceilDiv(columns, NR);
    }
  }

  static Blocking of(GemmShape s) {
    int slices = slices(s);
    int sliceK = slices == 1 ? s.k() : roundUp(ceilDiv(s.k(), slices), KC);
    slices = ceilDiv(s.k(), sliceK);
    int items = s.batch() * slices;
    int rows = roundUp(ceilDiv(s.m(), ceilDiv(s.m(), EDGE)), MR);
    int columns = roundUp(ceilDiv(s.n(), ceilDiv(s.n(), EDGE)), NR);

    long bytesPerStep = 4L * (rows + columns);
    int group = items;
    if (slices == 1) {
      group = (int) Math.clamp(PACKED_BYTES / (bytesPerStep * sliceK), 1, items);
    }
    long fit = PACKED_BYTES / (bytesPerStep * group);
    int steps = fit >= sliceK ? sliceK : (int) Math.max(KC, fit / KC * KC);

    double work = 2.0 * group * rows * columns * steps;
    double chunk = Math.max(CHUNK_FLOPS, work / CHUNKS);
    boolean shallow = steps <= SHALLOW;
    int mc = even(rows, shallow ? NC : MC, MR);
    int nc = even(columns, shallow ? MC : NC, NR);
    if (2.0 * mc * nc * steps > chunk) {
      int want = (int) (chunk / (2.0 * mc * steps));
      nc = even(columns, Math.clamp(want, Math.min(NC_MIN, nc), nc), NR);
    }
    if (2.0 * mc * nc * steps > chunk) {
      int want = (int) (chunk / (2.0 * nc * steps));
      mc = even(rows, Math.clamp(want, Math.min(MC_MIN, mc), mc), MR);
    }
    int cells = (int) Math.max(1, chunk / (2.0 * mc * nc * steps));
    return new Blocking(slices, sliceK, group, rows, columns, steps, mc, nc, cells);
  }

  /** Into how many slices k is cut: 1 unless C has too few cells and k is long. */
  private static int slices(GemmShape s) {
    long cells = (long) s.batch() * ceilDiv(s.m(), 2 * MC_MIN) * ceilDiv(s.n(), NC_MIN);
    if (cells >= 8) {
      return 1;
    }
    long most = Math.min(s.k() / (2 * KC), s.flops() / CHUNK_FLOPS);
    return (int) Math.clamp(most, 1, 16 / cells);
  }

  List<Round> rounds(GemmShape s) {
    var rounds = new ArrayList<Round>();
    int items = s.batch() * slices;
    for (int item = 0; item < items; item += group) {
      for (int j = 0; j < s.n(); j += columns) {
        for (int i = 0; i < s.m(); i += rows) {
          for (int k = 0; k < sliceK; k += steps) {
            rounds.add(
                new Round(
                    item,
                    Math.min(group, items - item),
                    i,
                    Math.min(rows, s.m() - i),
                    j,
                    Math.min(columns, s.n() - j),
                    k,
                    Math.min(steps, sliceK - k)));
          }
        }
      }
    }
    return List.copyOf(rounds);
  }

  /** Cells of a round. */
  int cells(Round r) {
    return r.items * ceilDiv(r.rows, mc) * ceilDiv(r.columns, nc);
  }

  /** Panels that one chunk packs. */
  int panelsPerChunk(int panels, int width) {
    return Math.max(Math.max(1, PACK_CHUNK / (width * steps)), ceilDiv(panels, CHUNKS));
  }

  long packedBytesOfA() {
    return 4L * group * rows * steps;
  }

  long packedBytesOfB() {
    return 4L * group * columns * steps;
  }

  static int ceilDiv(int x, int y) {
    return Math.ceilDiv(x, y);
  }

  static int roundUp(int x, int multiple) {
    return Math.ceilDiv(x, multiple) * multiple;
  }

  /** The size, at most {@code most}, in whole panels, that cuts {@code total} into nearly equal parts. */
  private static int even(int total, int most, int panel) {
    int parts = Math.ceilDiv(total, Math.max(panel, most / panel * panel));
    return roundUp(Math.ceilDiv(total, parts), panel);
  }
}

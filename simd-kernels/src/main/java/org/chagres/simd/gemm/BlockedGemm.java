package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.gemm.Blocking.ceilDiv;
import static org.chagres.simd.gemm.Tiles.KC;
import static org.chagres.simd.gemm.Tiles.MR;
import static org.chagres.simd.gemm.Tiles.NR;
import static org.chagres.simd.gemm.Tiles.SHALLOW;
import static org.chagres.simd.memory.Native.ALL;

import java.util.List;
import org.chagres.simd.gemm.Blocking.Round;
import org.chagres.simd.lanes.Transpose;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.GemmShape;

/**
 * The general product: pack both operands, then multiply tile by tile.
 *
 * <p>Each round has two phases. The first packs the round's panels of A and B into shared scratch, each once,
 * whichever transpose it comes from. The second computes cells of C: for each block of KC steps, each panel of A
 * (L1) meets each panel of B (L2), so that C is written along its rows. A tile at the edge goes through a small buffer. Where k is sliced, cells go to
 * partial results, which a last phase adds up in the order of the slices.
 */
final class BlockedGemm extends Job {

  private static final long TILE_BYTES = 4L * MR * NR;

  private final GemmShape shape;
  private final Operands at;
  private final Blocking blocking;
  private final List<Round> rounds;
  private final boolean sliced;

  BlockedGemm(GemmShape shape, Operands at) {
    this.shape = shape;
    this.at = at;
    blocking = Blocking.of(shape);
    rounds = blocking.rounds(shape);
    sliced = blocking.slices() > 1;
  }

  @Override
  public int phases() {
    return 2 * rounds.size() + (sliced ? 1 : 0);
  }

  @Override
  public int chunks(int phase) {
    if (phase == 2 * rounds.size()) {
      return ceilDiv(shape.batch() * shape.m(), rowsPerSum());
    }
    Round r = rounds.get(phase / 2);
    if (phase % 2 == 0) {
      int a = r.items() * r.panelsOfA();
      int b = r.items() * r.panelsOfB();
      return ceilDiv(a, blocking.panelsPerChunk(a, MR)) + ceilDiv(b, blocking.panelsPerChunk(b, NR));
    }
    return ceilDiv(blocking.cells(r), blocking.cellsPerChunk());
  }

  /** A tile for the edge and a row of zeros. */
  @Override
  public long localBytes() {
    return TILE_BYTES + 4L * NR;
  }

  @Override
  public long sharedBytes() {
    long partial = sliced ? 4L * shape.batch() * blocking.slices() * shape.m() * shape.n() : 0;
    return partials(0) + partial;
  }

  @Override
  public long estimatedNanos() {
    double packed = (double) shape.batch() * shape.k() * (shape.m() + shape.n());
    return (long) (500 + shape.flops() / 60.0 + packed / 4);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 2 * rounds.size()) {
      sum(chunk, shared);
    } else if (phase % 2 == 0) {
      pack(rounds.get(phase / 2), chunk, shared);
    } else {
      multiply(rounds.get(phase / 2), chunk, local, shared);
    }
  }

  private void pack(Round r, int chunk, long shared) {
    int panelsOfA = r.items() * r.panelsOfA();
    int perChunk = blocking.panelsPerChunk(panelsOfA, MR);
    int chunksOfA = ceilDiv(panelsOfA, perChunk);
    if (chunk < chunksOfA) {
      for (int p = chunk * perChunk; p < Math.min(panelsOfA, (chunk + 1) * perChunk); p++) {
        packPanelOfA(r, p, shared);
      }
      return;
    }
    int panelsOfB = r.items() * r.panelsOfB();
    perChunk = blocking.panelsPerChunk(panelsOfB, NR);
    int first = (chunk - chunksOfA) * perChunk;
    for (int p = first; p < Math.min(panelsOfB, first + perChunk); p++) {
      packPanelOfB(r, p, shared);
    }
  }

  private void packPanelOfA(Round r, int panel, long shared) {
    int item = r.item() + panel / r.panelsOfA();
    int row = r.row() + panel % r.panelsOfA() * MR;
    int valid = Math.min(MR, r.row() + r.rows() - row);
    int kc = steps(r, item);
    long k = firstStep(r, item);
    long to = shared + 4L * MR * panel * blocking.steps();
    long ld = 4L * shape.a().ld();
    long from = at.a() + 4L * shape.a().batchStride() * (item / blocking.slices());
    if (shape.a().transposed()) {
      Packing.copy(from + k * ld + 4L * row, ld, valid, MR, kc, to);
    } else {
      Transpose.panel(from + row * ld + 4 * k, ld, valid, MR, kc, to);
    }
  }

  private void packPanelOfB(Round r, int panel, long shared) {
    int item = r.item() + panel / r.panelsOfB();
    int column = r.column() + panel % r.panelsOfB() * NR;
    int valid = Math.min(NR, r.column() + r.columns() - column);
    int kc = steps(r, item);
    long k = firstStep(r, item);
    long to = shared + blocking.packedBytesOfA() + 4L * NR * panel * blocking.steps();
    long ld = 4L * shape.b().ld();
    long from = at.b() + 4L * shape.b().batchStride() * (item / blocking.slices());
    if (shape.b().transposed()) {
      Transpose.panel(from + column * ld + 4 * k, ld, valid, NR, kc, to);
    } else {
      Packing.copy(from + k * ld + 4L * column, ld, valid, NR, kc, to);
    }
  }

  private void multiply(Round r, int chunk, long local, long shared) {
    for (int j = 0; j < NR; j++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, local + TILE_BYTES + 4L * j, 0f);
    }
    int first = chunk * blocking.cellsPerChunk();
    int last = Math.min(blocking.cells(r), first + blocking.cellsPerChunk());
    for (int c = first; c < last; c++) {
      cell(r, c, local, shared);
    }
  }

  /** Multiplies one cell of C; those of one item lie together, rows first, so that neighbours share panels of B. */
  private void cell(Round r, int cell, long local, long shared) {
    int rowCells = ceilDiv(r.rows(), blocking.mc());
    int cellsOfItem = rowCells * ceilDiv(r.columns(), blocking.nc());
    int itemOfRound = cell / cellsOfItem;
    int row = cell % cellsOfItem % rowCells * blocking.mc();
    int column = cell % cellsOfItem / rowCells * blocking.nc();
    int rows = Math.min(blocking.mc(), r.rows() - row);
    int columns = Math.min(blocking.nc(), r.columns() - column);
    int item = r.item() + itemOfRound;
    long panel = 4L * blocking.steps();
    long a = shared + panel * MR * ((long) itemOfRound * r.panelsOfA() + row / MR);
    long b = shared + blocking.packedBytesOfA() + panel * NR * ((long) itemOfRound * r.panelsOfB() + column / NR);
    long cRow = sliced ? 4L * shape.n() : 4L * shape.ldc();
    long c = sliced ? partials(shared) : at.c();
    c += ((long) item * shape.m() + r.row() + row) * cRow + 4L * (r.column() + column);

    boolean add = r.k() > 0 || shape.accumulate() && !sliced;
    long zeros = local + TILE_BYTES;
    long bias = sliced || r.k() > 0 || at.bias() == 0 ? 0 : at.bias() + 4L * (r.column() + column);
    if (bias != 0 && add) {
      Epilogue.addBias(c, cRow, rows, columns, bias);
    }
    int steps = steps(r, item);
    int kc = ceilDiv(steps, ceilDiv(Math.max(1, steps), KC));
    for (int k = 0; k < steps; k += kc) {
      int count = Math.min(kc, steps - k);
      boolean shallow = blocking.steps() <= SHALLOW;
      int tileRows = ceilDiv(rows, MR);
      int tileColumns = ceilDiv(columns, NR);
      for (int t = 0; t < tileRows * tileColumns; t++) {
        int i = MR * (shallow ? t % tileRows : t / tileColumns);
        int j = NR * (shallow ? t / tileRows : t % tileColumns);
        long added = bias == 0 ? zeros : bias + 4L * j;
        long ai = a + i * panel + 4L * MR * k;
        long bj = b + j * panel + 4L * NR * k;
        long cij = c + i * cRow + 4L * j;
        long plus = add ? cij : added;
        if (i + MR <= rows && j + NR <= columns) {
          Tiles.tile(ai, bj, count, cij, cRow, plus);
        } else {
          Tiles.tile(ai, bj, count, local, 4L * NR, zeros);
          Epilogue.storeTile(local, cij, cRow, Math.min(MR, rows - i), Math.min(NR, columns - j), plus);
        }
      }
      add = true;
    }
  }

  private int rowsPerSum() {
    return Math.max(1, 65_536 / (shape.n() * blocking.slices()));
  }

  /** Adds up the partial results of some rows. */
  private void sum(int chunk, long shared) {
    int perChunk = rowsPerSum();
    int last = Math.min(shape.batch() * shape.m(), (chunk + 1) * perChunk);
    long sliceBytes = 4L * shape.m() * shape.n();
    for (int i = chunk * perChunk; i < last; i++) {
      long product = i / shape.m();
      long partial = partials(shared) + product * blocking.slices() * sliceBytes + 4L * (i % shape.m()) * shape.n();
      long c = at.c() + 4L * i * shape.ldc();
      if (!shape.accumulate()) {
        Epilogue.copyRow(partial, c, shape.n());
      } else {
        Epilogue.addRow(partial, c, shape.n());
      }
      for (int s = 1; s < blocking.slices(); s++) {
        Epilogue.addRow(partial + s * sliceBytes, c, shape.n());
      }
      if (at.bias() != 0) {
        Epilogue.addRow(at.bias(), c, shape.n());
      }
    }
  }

  private long partials(long shared) {
    return shared + blocking.packedBytesOfA() + blocking.packedBytesOfB();
  }

  /** The first step of an item in a round. */
  private long firstStep(Round r, int item) {
    return (long) (item % blocking.slices()) * blocking.sliceK() + r.k();
  }

  /** How many steps an item has in a round; the last slice may have fewer, or none. */
  private int steps(Round r, int item) {
    return (int) Math.clamp(shape.k() - firstStep(r, item), 0, r.steps());
  }
}

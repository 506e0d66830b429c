package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** 2-D pooling, f32, channels last. */
public final class PoolKernels extends Launches {

  private final KernelTable max = new KernelTable(Source.POOL, "max");
  private final KernelTable average = new KernelTable(Source.POOL, "average");

  /** Over a stream. */
  public PoolKernels(Launcher launcher) {
    super(launcher);
  }

  /** Largest of each window and, one byte each, where it is in the window; the positions may be left out. */
  public void maxForward(Windows s, MemorySegment x, MemorySegment y, MemorySegment positions) {
    if (!Arguments.isNull(positions)) {
      checkCells(s);
    }
    with().at(x, floats(s.xCount()), "x").at(y, floats(s.yCount()), "y");
    s.write(arguments.optional(positions, s.yCount(), "positions"));
    launch(max, "forward", s, s.yCount(), Arguments.isWide(x) && Arguments.isWide(y));
  }

  /** dx from dy and the positions; all of it is written. */
  public void maxBackward(Windows s, MemorySegment dy, MemorySegment positions, MemorySegment dx) {
    checkCells(s);
    with().at(dy, floats(s.yCount()), "dy").at(positions, s.yCount(), "positions");
    s.write(arguments.at(dx, floats(s.xCount()), "dx"));
    launch(max, "backward", s, s.xCount(), Arguments.isWide(dy) && Arguments.isWide(dx));
  }

  /** Mean of each window. */
  public void averageForward(Windows s, MemorySegment x, MemorySegment y) {
    s.write(with().at(x, floats(s.xCount()), "x").at(y, floats(s.yCount()), "y"));
    launch(average, "forward", s, s.yCount(), Arguments.isWide(x) && Arguments.isWide(y));
  }

  /** dx from dy; all of it is written. */
  public void averageBackward(Windows s, MemorySegment dy, MemorySegment dx) {
    s.write(with().at(dy, floats(s.yCount()), "dy").at(dx, floats(s.xCount()), "dx"));
    launch(average, "backward", s, s.xCount(), Arguments.isWide(dy) && Arguments.isWide(dx));
  }

  private static void checkCells(Windows s) {
    if (s.cells() > Windows.MAX_CELLS) {
      throw new IllegalArgumentException(
          "max pooling: a window of " + s.cells() + " cells is too large for positions of one byte, at most "
              + Windows.MAX_CELLS);
    }
  }

  private void launch(KernelTable table, String pass, Windows s, long count, boolean wide) {
    launch(this, table, pass, s, count, wide);
  }

  /** Launches over pixels, four channels a thread where they divide and all is aligned; the arguments are there. */
  static void launch(Launches by, KernelTable table, String pass, Windows s, long count, boolean wide) {
    int vector = wide && s.c() % 4 == 0 ? 4 : 1;
    int part = s.part();
    int parts = (int) ceilDiv(s.n(), part);
    by.launcher.launch(
        table.of(pass, vector == 4 ? "4" : "1"), grid(ceilDiv(count, (long) vector * parts)), parts, by.arguments);
  }
}

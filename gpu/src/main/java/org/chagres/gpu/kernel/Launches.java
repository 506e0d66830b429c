package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** What the families share: the launcher, one set of arguments, grids. */
abstract class Launches {

  /** Blocks that fill a large device a few times; loops in the kernels go on from there. */
  static final int MANY = 2048;

  final Launcher launcher;
  final Arguments arguments = new Arguments();

  Launches(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Blocks for so many items, a thread for each until there are {@link #MANY} blocks. */
  static int grid(long items) {
    return blocks(items, Kernel.THREADS);
  }

  /** Blocks for so many items, so many a block. */
  static int blocks(long items, long each) {
    return (int) Math.clamp(ceilDiv(items, each), 1, MANY);
  }

  static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  final Arguments with() {
    return arguments.clear();
  }

  final void launch(Kernel kernel, int gridX, Arguments a) {
    launcher.launch(kernel, gridX, 1, a);
  }

  /** A part of scratch memory. */
  static MemorySegment part(MemorySegment scratch, long from, long bytes) {
    return scratch.asSlice(from, bytes);
  }

  /** Bytes of so many elements. */
  static long bytes(long count, int size) {
    if (count < 0 || count > Long.MAX_VALUE / 64) {
      throw new IllegalArgumentException("count: expected 0 or more elements, got " + count);
    }
    return count * size;
  }

  static long floats(long count) {
    return bytes(count, Float.BYTES);
  }

  /** A size of at least the given. */
  static long atLeast(long least, long value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": expected " + least + " or more, got " + value);
    }
    return value;
  }
}

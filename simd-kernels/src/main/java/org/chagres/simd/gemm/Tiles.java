package org.chagres.simd.gemm;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;

/**
 * All that the products know of the processor: the shape of a register tile and how much of each operand a cache holds.
 *
 * <p>Names as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008), with the parts of
 * A and B exchanged, as C is row-major: a tile of MR×NR of C stays in registers, an MR×KC panel of A in L1, a KC×NC
 * block of B in L2, of which panels stream past the panel of A.
 */
final class Tiles {

  /** See {@link Native#ADDRESS}. */
  static final long ADDRESS = Native.ADDRESS;

  /** Vector registers: 32 with AVX-512 and on every 64-bit processor that isn't x86, else 16. */
  private static final int REGISTERS = Lanes.COUNT == 16 || !isX86() ? 32 : 16;

  /** Whether tiles are those of {@link Kernel8x2}; else those of {@link Kernel6x2}. */
  static final boolean TALL = REGISTERS == 32;

  /** Rows of a tile. */
  static final int MR = TALL ? Kernel8x2.MR : Kernel6x2.MR;

  /** Columns of a tile. */
  static final int NR = 2 * Lanes.COUNT;

  /** Steps of k for which a panel of A takes 12 of a 32 KiB L1; C is read and written once for so many. */
  static final int KC = 512;

  /** Steps up to which the parts of A and B change places: L1 holds a panel of B, L2 a block of A; measured. */
  static final int SHALLOW = 256;

  /** Rows of C in a chunk at most, a multiple of every MR. */
  static final int MC = 480;

  /** The least rows of a chunk: fewer would read a panel of B too often for what they compute with it. */
  static final int MC_MIN = 24;

  /** Columns of C in a chunk at most, a multiple of every NR: a block of B of 192 KiB of a 256 KiB to 2 MiB L2. */
  static final int NC = 96;

  /** Columns of C in a chunk at least, where there are as many. */
  static final int NC_MIN = 64;

  /** Rows or columns of C packed at once at most. */
  static final int EDGE = 4096;

  /** Bytes of packed operands at once: a share of L3; over 8 MiB, as whole panels take a little more than matrices. */
  static final long PACKED_BYTES = 9L << 20;

  /** The least work in a chunk, in floating-point operations; some 20 µs. */
  static final long CHUNK_FLOPS = 2_000_000;

  private Tiles() {}

  private static boolean isX86() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") || arch.equals("x86_64") || arch.equals("i386") || arch.equals("x86");
  }

  /** C = A·B + added for one tile; see {@link Kernel6x2#tile}. */
  static void tile(long a, long b, int kc, long c, long cRow, long added) {
    if (TALL) {
      Kernel8x2.tile(a, b, kc, c, cRow, added);
    } else {
      Kernel6x2.tile(a, b, kc, c, cRow, added);
    }
  }
}

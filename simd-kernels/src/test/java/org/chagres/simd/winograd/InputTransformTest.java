package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Blocks of transformed tiles against Bᵀ d B by its definition. */
class InputTransformTest {
  private static final double[][] BT = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  private static final int[] CHANNELS = {1, 3, 4, 7, 8, 9, 16, 17, 63, 64, 65, 130};
  private static final float GUARD = 4321f;

  private static long seed() {
    return Long.getLong("chagres.seed", 20240611L);
  }

  @Test
  @Tag("lanes")
  void tilesMatchTheDefinition() {
    var random = new Random(seed());
    for (int i = 0; i < 60; i++) {
      int h = 1 + random.nextInt(i % 5 == 0 ? 40 : 9);
      int w = 1 + random.nextInt(i % 5 == 1 ? 40 : 9);
      var padding = new Size(Math.max(random.nextInt(3), h < 3 ? 1 : 0), Math.max(random.nextInt(3), w < 3 ? 1 : 0));
      int c = CHANNELS[random.nextInt(CHANNELS.length)];
      var one = Size.of(1);
      var shape = new ConvShape(1 + random.nextInt(3), c, h, w, 1, Size.of(3), one, padding, one, 1);
      TileGrid grid = TileGrid.of(shape, ConvPass.FORWARD);
      long first = random.nextLong(grid.tiles());
      int count = 1 + random.nextInt((int) Math.min(40, grid.tiles() - first));
      TileLayout layout = i % 2 == 0 ? TileLayout.rows(count, c) : TileLayout.blocks(count, c);
      check(grid, layout, new Block(first, count), random);
    }
  }

  private record Block(long first, int count) {}

  private static void check(TileGrid grid, TileLayout layout, Block block, Random random) {
    String name = grid + ", " + layout + ", " + block + ", seed " + seed();
    try (var arena = Arena.ofConfined()) {
      long images = grid.imageBytes() * grid.images();
      MemorySegment padded = arena.allocate(images + 512, 64).fill((byte) 0xFF); // NaN: it may not be read
      MemorySegment x = padded.asSlice(256, images);
      for (long i = 0; i < images / 4; i++) {
        x.setAtIndex(JAVA_FLOAT, i, random.nextFloat() - 0.5f);
      }
      MemorySegment v = arena.allocate(layout.bytes() + 64, 64);
      for (long i = 0; i < v.byteSize() / 4; i++) {
        v.setAtIndex(JAVA_FLOAT, i, GUARD);
      }
      MemorySegment scratch = arena.allocate(InputTransform.scratchBytes(), 64).fill((byte) 0xFF);
      new InputTransform(grid, layout)
          .run(x.address(), block.first(), block.count(), v.address(), scratch.address());
      for (int t = 0; t < block.count(); t++) {
        for (int c = 0; c < Lanes.roundUp(grid.channels()); c++) {
          double[][] expected = transformed(grid, x, block.first() + t, c);
          for (int p = 0; p < 16; p++) {
            long at = p * layout.planeBytes() + t * layout.tileBytes()
                + c / TileLayout.CHANNELS * layout.blockBytes() + 4L * (c % TileLayout.CHANNELS);
            assertEquals(expected[p / 4][p % 4], v.get(JAVA_FLOAT, at), 1e-6, name);
          }
        }
      }
      for (int i = 0; i < 16; i++) {
        assertEquals(GUARD, v.get(JAVA_FLOAT, layout.bytes() + 4 * i), name + ": written behind the planes");
      }
    }
  }

  private static double[][] transformed(TileGrid grid, MemorySegment x, long tile, int c) {
    var v = new double[4][4];
    if (c >= grid.channels()) {
      return v;
    }
    int col = (int) (tile % grid.cols());
    int row = (int) (tile / grid.cols() % grid.rows());
    long image = tile / grid.cols() / grid.rows();
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        int y = 2 * row - grid.top() + i;
        int z = 2 * col - grid.left() + j;
        if (y < 0 || y >= grid.h() || z < 0 || z >= grid.w()) {
          continue;
        }
        double d = x.getAtIndex(JAVA_FLOAT, ((image * grid.h() + y) * grid.w() + z) * grid.channels() + c);
        for (int p = 0; p < 16; p++) {
          v[p / 4][p % 4] += BT[p / 4][i] * d * BT[p % 4][j];
        }
      }
    }
    return v;
  }
}

package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ImageTest {

  private static final MemorySegment NO = MemorySegment.NULL;

  private final Kit kit = new Kit(11);
  private final ImageKernels kernels = new ImageKernels(kit.stream());

  private static Images.Scaling scaling(int channels) {
    float[] mean = new float[channels];
    float[] deviation = new float[channels];
    float[] fill = new float[channels];
    for (int c = 0; c < channels; c++) {
      mean[c] = 0.4f + 0.05f * c;
      deviation[c] = 0.2f + 0.01f * c;
      fill[c] = -c - 1;
    }
    return new Images.Scaling(mean, deviation, fill);
  }

  @Test
  void cropsMirrorsAndNormalises() {
    for (int channels = 1; channels <= 4; channels++) {
      for (boolean planar : new boolean[] {false, true}) {
        Images s = new Images(
            5, channels, new Windows.Extent(9, 7), new Windows.Extent(6, 8), planar, scaling(channels));
        int n = 11;
        MemorySegment x = kit.bytes((int) s.bytes(), 256);
        MemorySegment pick = kit.integers(n, 0, 5);
        MemorySegment place = kit.memory(12L * n);
        for (int i = 0; i < n; i++) {
          place.setAtIndex(JAVA_INT, 3L * i, kit.random().nextInt(8) - 3);
          place.setAtIndex(JAVA_INT, 3L * i + 1, kit.random().nextInt(8) - 4);
          place.setAtIndex(JAVA_INT, 3L * i + 2, kit.random().nextInt(2));
        }
        MemorySegment y = kit.room(s.count(n));
        kernels.load(s, n, x, pick, place, y);
        kit.same(expected(s, n, x, pick, place), y, channels + " channels, planar " + planar);
      }
    }
  }

  /** As torchvision would: (v / 255 - mean) / std of the cropped and then mirrored image. */
  private MemorySegment expected(Images s, int n, MemorySegment x, MemorySegment pick, MemorySegment place) {
    MemorySegment y = kit.room(s.count(n));
    int c = s.channels();
    int h = s.size().h();
    int w = s.size().w();
    long to = 0;
    for (int i = 0; i < n; i++) {
      long image = pick.getAtIndex(JAVA_LONG, i);
      for (int oh = 0; oh < s.out().h(); oh++) {
        for (int ow = 0; ow < s.out().w(); ow++) {
          int row = oh + place.getAtIndex(JAVA_INT, 3L * i);
          boolean mirrored = place.getAtIndex(JAVA_INT, 3L * i + 2) != 0;
          int column = (mirrored ? s.out().w() - 1 - ow : ow) + place.getAtIndex(JAVA_INT, 3L * i + 1);
          for (int k = 0; k < c; k++) {
            float value = s.scaling().fill()[k];
            if (row >= 0 && row < h && column >= 0 && column < w) {
              long at =
                  s.planar() ? ((image * c + k) * h + row) * w + column : ((image * h + row) * w + column) * c + k;
              float v = x.get(JAVA_BYTE, at) & 0xFF;
              value = (v / 255f - s.scaling().mean()[k]) / s.scaling().deviation()[k];
            }
            y.setAtIndex(JAVA_FLOAT, to++, value);
          }
        }
      }
    }
    return y;
  }

  @Test
  void wholeImagesInOrder() {
    Images s = new Images(
        3, 3, new Windows.Extent(4, 4), new Windows.Extent(4, 4), true, scaling(3));
    MemorySegment x = kit.bytes((int) s.bytes(), 256);
    MemorySegment y = kit.room(s.count(3));
    kernels.load(s, 3, x, NO, NO, y);
    kit.same(expected(s, 3, x, kit.longs(0, 1, 2), kit.memory(36).fill((byte) 0)), y, "whole");
    assertThrows(IllegalArgumentException.class, () -> kernels.load(s, 4, x, NO, NO, kit.room(s.count(4))));
  }

  @Test
  void refusesBadInput() {
    Windows.Extent four = new Windows.Extent(4, 4);
    assertThrows(IllegalArgumentException.class, () -> new Images(1, 5, four, four, false, scaling(5)));
    assertThrows(IllegalArgumentException.class, () -> new Images(1, 3, four, four, false, scaling(1)));
    assertThrows(IllegalArgumentException.class,
        () -> new Images.Scaling(new float[1], new float[1], new float[1]));
    Images s = new Images(1, 1, four, four, false, scaling(1));
    assertThrows(IllegalArgumentException.class, () -> kernels.load(s, 1, kit.memory(15), NO, NO, kit.room(16)));
  }
}

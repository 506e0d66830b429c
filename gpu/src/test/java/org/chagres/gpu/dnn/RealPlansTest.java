package org.chagres.gpu.dnn;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.chagres.bindings.Libraries;
import org.chagres.bindings.Library;
import org.chagres.bindings.LibraryStatus;
import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.gpu.kernel.ElementType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plans by NVIDIA's own cuDNN for an H200, of which only its properties are there: they are made, not run. Skipped, with
 * the reason, where cuDNN is not found.
 */
class RealPlansTest {

  private static final List<ElementType> TYPES = List.of(ElementType.F32, ElementType.BF16);
  private static final boolean[] BOTH = {false, true};

  private final Bag bag = new Bag();
  private Target h200;

  @BeforeEach
  void describeDevice() throws IOException {
    LibraryStatus status = Libraries.status(Library.CUDNN);
    assumeTrue(status instanceof LibraryStatus.Found, status.describe());
    try (InputStream json = RealPlansTest.class.getResourceAsStream("h200.json")) {
      h200 = Target.described(bag, new String(json.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }

  @AfterEach
  void free() {
    bag.close();
  }

  /** The convolutions of the case-study network. */
  private static List<ConvGeometry> network(int images) {
    List<ConvGeometry> layers = new ArrayList<>();
    for (int[] s : new int[][] {{3, 32, 32}, {32, 32, 32}, {32, 64, 16}, {64, 64, 16}, {64, 128, 8}, {128, 128, 8}}) {
      layers.add(ConvGeometry.of(images, s[0], s[2], s[2], s[1], 3, 1, 1));
    }
    return layers;
  }

  private int plans(ConvKey key, int most) {
    List<ConvPlan> plans = new Engines(key, h200).plans(most);
    plans.forEach(plan -> assertTrue(plan.workspaceBytes() >= 0 && plan.workspaceBytes() < 1L << 30, key.toString()));
    plans.forEach(ConvPlan::close);
    return plans.size();
  }

  @ParameterizedTest
  @EnumSource
  void theNetworkHasPlansInEveryPrecision(ConvOp op) {
    for (int images : new int[] {1, 128}) {
      for (ConvGeometry g : network(images)) {
        for (ElementType type : TYPES) {
          for (boolean tf32 : BOTH) {
            for (boolean deterministic : BOTH) {
              ConvKey key = new ConvKey(op, g, type, ConvKey.MAX_ALIGNMENT, tf32, deterministic);
              assertDoesNotThrow(() -> plans(key, 1), key.toString());
            }
          }
        }
      }
    }
  }

  /** Stride, dilation, rectangles, 1×1, groups, depthwise, channels that fill no vector, memory that is hardly aligned. */
  @ParameterizedTest
  @EnumSource(names = {"FORWARD", "BACKWARD_DATA", "BACKWARD_FILTER"})
  void unusualShapesHavePlans(ConvOp op) {
    Size one = Size.of(1);
    List<ConvGeometry> shapes =
        List.of(ConvGeometry.of(3, 5, 9, 7, 11, 3, 2, 1), ConvGeometry.of(2, 16, 8, 8, 24, 1, 1, 0),
            new ConvGeometry(2, 8, 13, 11, 8, new Size(3, 5), new Size(2, 1), new Size(0, 2), new Size(2, 1), 1),
            new ConvGeometry(2, 12, 8, 8, 18, Size.of(3), one, one, one, 3),
            new ConvGeometry(2, 16, 8, 8, 16, Size.of(3), one, one, one, 16), ConvGeometry.of(1, 1, 1, 1, 1, 1, 1, 0));
    for (ConvGeometry g : shapes) {
      for (ElementType type : TYPES) {
        ConvKey key = new ConvKey(op, g, type, type.bytes(), false, false);
        assertDoesNotThrow(() -> plans(key, 1), key.toString());
      }
    }
  }

  @Test
  void strictPrecisionLeavesEnginesOut() {
    ConvGeometry g = network(128).get(3);
    int strict = plans(new ConvKey(ConvOp.FORWARD, g, ElementType.F32, 16, false, false), 1000);
    int rounding = plans(new ConvKey(ConvOp.FORWARD, g, ElementType.F32, 16, true, false), 1000);
    assertTrue(strict > 0 && strict < rounding, strict + " of " + rounding);
    assertTrue(rounding > 20, rounding + " plans");
  }

  @Test
  void whatNoEngineDoesIsTold() {
    // bf16 at odd addresses.
    ConvKey key = new ConvKey(ConvOp.FORWARD_BIAS, network(1).get(1), ElementType.BF16, 1, false, true);
    DnnException e = assertThrows(DnnException.class, () -> plans(key, 1));
    assertTrue(e.getMessage().contains("FORWARD_BIAS") || e.getMessage().contains("cudnnBackend"), e.getMessage());
    assertTrue(e.code() != Cudnn.CUDNN_STATUS_SUCCESS());
  }
}

package org.chagres.nn.samples;

import java.util.ArrayList;
import java.util.List;

/** All samples; one file a family. An op that is added gets its samples here and with that its tests. */
public final class OpSamples {

  private OpSamples() {}

  /** Every family's. */
  public static List<OpSample> all() {
    List<OpSample> all = new ArrayList<>();
    all.addAll(ElementwiseSamples.all());
    all.addAll(ShapeSamples.all());
    all.addAll(ReductionSamples.all());
    all.addAll(ProductSamples.all());
    all.addAll(ImageSamples.all());
    all.addAll(LossSamples.all());
    return all;
  }
}

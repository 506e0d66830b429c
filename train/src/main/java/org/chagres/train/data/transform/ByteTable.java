package org.chagres.train.data.transform;

/** What a byte becomes, in each channel: {@code table[256 * channel + byte]}. */
final class ByteTable {
  private static final int UNIT_CHANNELS = 4;

  /** {@code v / 255} for up to four channels; {@link Rows} takes channels modulo the table's. */
  static final float[] UNIT = of(new float[UNIT_CHANNELS], ones());

  private ByteTable() {}

  /** {@code (v / 255 - mean) / std}, rounded as PyTorch's ToTensor and Normalize round. */
  static float[] of(float[] mean, float[] std) {
    float[] table = new float[256 * mean.length];
    for (int c = 0; c < mean.length; c++) {
      for (int v = 0; v < 256; v++) {
        table[256 * c + v] = (v / 255f - mean[c]) / std[c];
      }
    }
    return table;
  }

  private static float[] ones() {
    float[] ones = new float[UNIT_CHANNELS];
    java.util.Arrays.fill(ones, 1f);
    return ones;
  }
}

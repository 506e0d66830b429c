package org.chagres.simd.lanes;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of a vector on this machine: the processor's preferred one, or the one forced by {@code -Dchagres.lanes=128},
 * {@code 256} or {@code 512} (bits).
 */
public final class Lanes {

  /** The system property that forces a width in bits. */
  public static final String PROPERTY = "chagres.lanes";

  /** The species of every f32 kernel; kernels keep it in a {@code private static final} field of their own. */
  public static final VectorSpecies<Float> FLOAT = species(System.getProperty(PROPERTY));

  /** Floats in a vector. */
  public static final int COUNT = FLOAT.length();

  /** Eight floats, for what works on blocks of 8×8 where a vector holds as many or more. */
  public static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;

  /** Four floats, for the last steps of a fold; a vector holds as many on every machine. */
  public static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

  /** Four bytes in the form the API has for them: ints, of which the first holds them. */
  public static final VectorSpecies<Integer> FOUR_BYTES = IntVector.SPECIES_64;

  private Lanes() {}

  /** Rounds a number of floats up to whole vectors. */
  public static int roundUp(int floats) {
    return (floats + COUNT - 1) / COUNT * COUNT;
  }

  private static VectorSpecies<Float> species(String bits) {
    if (bits == null || bits.isEmpty()) {
      VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
      return preferred.length() < 4 ? FloatVector.SPECIES_128 : preferred;
    }
    return switch (bits) {
      case "128" -> FloatVector.SPECIES_128;
      case "256" -> FloatVector.SPECIES_256;
      case "512" -> FloatVector.SPECIES_512;
      default -> throw new IllegalArgumentException(PROPERTY + ": expected 128, 256 or 512, got " + bits);
    };
  }
}

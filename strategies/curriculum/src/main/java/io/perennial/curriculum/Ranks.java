package io.perennial.curriculum;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Positions in the order of their values. */
final class Ranks {
  private Ranks() {}

  /** The positions from the smallest value to the largest; of equals the first comes first. */
  static int[] ascending(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  static double[] negated(double[] values) {
    double[] negated = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      negated[i] = -values[i];
    }
    return negated;
  }
}

package io.perennial.runner.compare;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Corrects for many comparisons (Holm, Scandinavian Journal of Statistics 6, 1979). */
final class Holm {
  private Holm() {}

  /**
   * The corrected values: comparisons whose value is at most α are all true, but for a probability
   * of α.
   *
   * @param values of tests; NaN for a comparison that was not tested, which does not count
   */
  static double[] correct(double... values) {
    int[] order =
        IntStream.range(0, values.length)
            .filter(i -> !Double.isNaN(values[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] corrected = new double[values.length];
    Arrays.fill(corrected, Double.NaN);
    double largest = 0;
    for (int rank = 0; rank < order.length; rank++) {
      largest = Math.max(largest, Math.min(1, (order.length - rank) * values[order[rank]]));
      corrected[order[rank]] = largest;
    }
    return corrected;
  }
}

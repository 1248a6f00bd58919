package io.perennial.runner.compare;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;
import org.apache.commons.statistics.ranking.NaturalRanking;

/**
 * Wilcoxon's signed rank test, exact up to 50 pairs, with ties as well: accuracies on few test
 * examples are often equal, and a normal approximation of five pairs can fall below the least value
 * that five pairs can have. Zeros are ranked and their ranks left out (Pratt, JASA 54, 1959).
 */
final class SignedRanks {
  private static final int EXACT = 50;

  private SignedRanks() {}

  /**
   * The two-sided p-value.
   *
   * @param first of each pair; at least one
   * @param second as many
   */
  static double probability(double[] first, double[] second) {
    double[] differences = differences(first, second);
    double[] sizes = Arrays.stream(differences).map(Math::abs).toArray();
    boolean plain =
        Arrays.stream(sizes).filter(size -> size > 0).distinct().count() == sizes.length;
    return plain || sizes.length > EXACT
        ? WilcoxonSignedRankTest.withDefaults().test(differences).getPValue()
        : count(differences, new NaturalRanking().apply(sizes));
  }

  /** Without their last bits, in which equal differences of decimal fractions are unequal. */
  private static double[] differences(double[] first, double[] second) {
    double largest =
        DoubleStream.concat(Arrays.stream(first), Arrays.stream(second))
            .map(Math::abs)
            .max()
            .orElse(0);
    double grain = Math.ulp(largest) * 0x1p20;
    return IntStream.range(0, first.length)
        .mapToDouble(i -> Math.rint((first[i] - second[i]) / grain) * grain)
        .toArray();
  }

  /** Counts which shares of all signs give a rank sum at least as far out; ranks are halves. */
  private static double count(double[] differences, double[] ranks) {
    int reached = 0;
    int total = 0;
    double[] share = {1};
    for (int i = 0; i < ranks.length; i++) {
      if (differences[i] != 0) {
        int doubled = (int) Math.round(2 * ranks[i]);
        total += doubled;
        reached += differences[i] > 0 ? doubled : 0;
        double[] more = new double[total + 1];
        for (int sum = 0; sum < share.length; sum++) {
          more[sum] += share[sum] / 2;
          more[sum + doubled] += share[sum] / 2;
        }
        share = more;
      }
    }
    int lower = Math.min(reached, total - reached);
    return Math.min(1, 2 * Arrays.stream(share, 0, lower + 1).sum());
  }
}

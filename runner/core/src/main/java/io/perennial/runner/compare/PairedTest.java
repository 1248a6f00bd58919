package io.perennial.runner.compare;

import io.perennial.runner.result.Interval;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.TTest;

/**
 * Whether two strategies differ, by their values on the same seeds.
 *
 * @param pairs how many seeds they share
 * @param difference the mean of first minus second; NaN without pairs
 * @param interval95 of the difference, by Student's t
 * @param t the two-sided p-value of the paired t-test; NaN where it cannot be made
 * @param wilcoxon the two-sided p-value of Wilcoxon's signed rank test, exact up to 50 pairs; NaN
 *     without pairs
 * @param effect Cohen's d_z: the mean difference in standard deviations of the differences; NaN
 *     where they do not vary
 * @param effect95 about where it lies: d ± 1.96 √(1/n + d²/2n), which is within 6 % of its width of
 *     the exact one from five pairs on
 */
record PairedTest(
    int pairs,
    double difference,
    Interval interval95,
    double t,
    double wilcoxon,
    double effect,
    Interval effect95) {
  private static final double UPPER = 0.975;

  /** Tests two series of values, pair by pair. */
  static PairedTest of(double[] first, double[] second) {
    int n = first.length;
    double[] differences = IntStream.range(0, n).mapToDouble(i -> first[i] - second[i]).toArray();
    if (n == 0) {
      return new PairedTest(
          0, Double.NaN, Interval.NONE, Double.NaN, Double.NaN, Double.NaN, Interval.NONE);
    }
    DoubleStatistics statistics =
        DoubleStatistics.of(EnumSet.of(Statistic.MEAN, Statistic.STANDARD_DEVIATION), differences);
    double mean = statistics.getAsDouble(Statistic.MEAN);
    // Equal differences come out unequal in the last bits.
    double spread = statistics.getAsDouble(Statistic.STANDARD_DEVIATION);
    boolean varies = n > 1 && spread > 1e-12 * Math.max(1, Math.abs(mean));
    boolean equal = Arrays.stream(differences).allMatch(difference -> difference == 0);
    double wilcoxon = SignedRanks.probability(first, second);
    if (!varies) {
      return new PairedTest(
          n, mean, Interval.NONE, equal ? 1 : Double.NaN, wilcoxon, Double.NaN, Interval.NONE);
    }
    double t = TDistribution.of(n - 1).inverseCumulativeProbability(UPPER);
    double normal = NormalDistribution.of(0, 1).inverseCumulativeProbability(UPPER);
    double effect = mean / spread;
    return new PairedTest(
        n,
        mean,
        around(mean, t * spread / Math.sqrt(n)),
        TTest.withDefaults().pairedTest(first, second).getPValue(),
        wilcoxon,
        effect,
        around(effect, normal * Math.sqrt(1.0 / n + effect * effect / (2.0 * n))));
  }

  private static Interval around(double center, double half) {
    return new Interval(center - half, center + half);
  }

  /** The lowest p-value that Wilcoxon's test has for so many pairs: all on one side. */
  static double lowestWilcoxon(int pairs) {
    return Math.min(1, Math.scalb(2.0, -pairs));
  }

  /** How many pairs it takes for Wilcoxon's test to tell anything apart in so many comparisons. */
  static int pairsForWilcoxon(double alpha, int comparisons) {
    int pairs = 1;
    while (lowestWilcoxon(pairs) * comparisons > alpha) {
      pairs++;
    }
    return pairs;
  }
}

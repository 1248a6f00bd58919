package io.perennial.runner.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.FDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.ranking.NaturalRanking;

/**
 * Strategies ranked over scenarios (Demšar, JMLR 7, 2006).
 *
 * @param scenarios N
 * @param ranks the mean rank of each strategy; 1 is the best
 * @param chiSquare Friedman's statistic, corrected for ties
 * @param statistic Iman and Davenport's F, which is less conservative
 * @param probability of such an F if all strategies were equal
 * @param criticalDifference of mean ranks by Nemenyi's test at 0.05; NaN for more than 20
 *     strategies
 */
record Ranking(
    int scenarios,
    double[] ranks,
    double chiSquare,
    double statistic,
    double probability,
    double criticalDifference) {
  /**
   * For 2, 3, … strategies: q(0.05) of the studentised range over √2, as Demšar's table 5, which
   * ends at 10, but from SciPy 1.10.1: {@code studentized_range.ppf(0.95, k, inf) / sqrt(2)}.
   */
  private static final double[] NEMENYI = {
    1.95996, 2.34370, 2.56903, 2.72777, 2.84971, 2.94832, 3.03088, 3.10173, 3.16368, 3.21865,
    3.26800, 3.31274, 3.35362, 3.39123, 3.42604, 3.45842, 3.48868, 3.51707, 3.54380
  };

  /**
   * Ranks.
   *
   * @param values {@code [scenario][strategy]}, the higher the better; at least two of each
   */
  static Ranking of(double[][] values) {
    int strategies = values[0].length;
    NaturalRanking ranking = new NaturalRanking();
    double[] ranks = new double[strategies];
    double squares = 0;
    for (double[] scenario : values) {
      double[] negated = Arrays.stream(scenario).map(value -> -value).toArray();
      double[] own = ranking.apply(negated);
      for (int j = 0; j < strategies; j++) {
        ranks[j] += own[j] / values.length;
        squares += own[j] * own[j] / values.length;
      }
    }
    return of(values.length, ranks, squares);
  }

  /** The statistics of mean ranks over so many scenarios, in none of which there were ties. */
  static Ranking ofRanks(int scenarios, double... ranks) {
    int k = ranks.length;
    return of(scenarios, ranks, k * (k + 1) * (2 * k + 1) / 6.0);
  }

  /**
   * The statistics, with Friedman's corrected for ties (Conover, Practical Nonparametric
   * Statistics, 1999, section 5.8).
   *
   * @param squares sum of the squares of a scenario's ranks, its mean over the scenarios; ties make
   *     it smaller
   */
  private static Ranking of(int scenarios, double[] ranks, double squares) {
    int k = ranks.length;
    double center = (k + 1) / 2.0;
    double between = Arrays.stream(ranks).map(rank -> (rank - center) * (rank - center)).sum();
    double spread = squares - k * center * center;
    // Everybody ties everywhere: nothing differs.
    double chiSquare = spread < 1e-9 ? 0 : scenarios * (k - 1.0) * between / spread;
    double statistic = (scenarios - 1) * chiSquare / (scenarios * (k - 1.0) - chiSquare);
    // All rankings agree: the denominator is 0, but for rounding.
    boolean unanimous = scenarios * (k - 1.0) - chiSquare < 1e-9;
    double probability =
        unanimous
            ? 0
            : FDistribution.of(k - 1.0, (k - 1.0) * (scenarios - 1))
                .survivalProbability(Math.max(0, statistic));
    return new Ranking(
        scenarios,
        ranks,
        chiSquare,
        unanimous ? Double.POSITIVE_INFINITY : statistic,
        probability,
        k - 2 < NEMENYI.length ? NEMENYI[k - 2] * error(k, scenarios) : Double.NaN);
  }

  private static double error(int k, int scenarios) {
    return Math.sqrt(k * (k + 1.0) / (6.0 * scenarios));
  }

  /** The two-sided p-value of the difference of two mean ranks, without correction. */
  double probability(int first, int second) {
    double z = Math.abs(ranks[first] - ranks[second]) / error(ranks.length, scenarios);
    return Math.min(1, 2 * NormalDistribution.of(0, 1).survivalProbability(z));
  }

  /**
   * The largest groups, best first, whose mean ranks differ by less than the critical difference.
   */
  List<List<Integer>> groups() {
    Integer[] order = new Integer[ranks.length];
    Arrays.setAll(order, j -> j);
    Arrays.sort(order, (a, b) -> Double.compare(ranks[a], ranks[b]));
    List<List<Integer>> groups = new ArrayList<>();
    int reached = 0;
    for (int from = 0; from < order.length; from++) {
      int to = from;
      while (to < order.length && ranks[order[to]] - ranks[order[from]] < criticalDifference) {
        to++;
      }
      if (to > reached && to - from > 1) {
        groups.add(List.of(Arrays.copyOfRange(order, from, to)));
        reached = to;
      }
    }
    return groups;
  }
}

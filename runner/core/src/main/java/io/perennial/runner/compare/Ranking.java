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
 * @param chiSquare Friedman's statistic
 * @param statistic Iman and Davenport's F, which is less conservative
 * @param probability of such an F if all strategies were equal
 * @param criticalDifference of mean ranks by Nemenyi's test at 0.05; NaN for more than 10
 *     strategies
 */
record Ranking(
    int scenarios,
    double[] ranks,
    double chiSquare,
    double statistic,
    double probability,
    double criticalDifference) {
  /** For 2, 3, … strategies: Demšar's table 5, q(0.05) of the studentised range over √2. */
  private static final double[] NEMENYI = {
    1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164
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
    for (double[] scenario : values) {
      double[] negated = Arrays.stream(scenario).map(value -> -value).toArray();
      double[] own = ranking.apply(negated);
      for (int j = 0; j < strategies; j++) {
        ranks[j] += own[j] / values.length;
      }
    }
    return ofRanks(values.length, ranks);
  }

  /** The statistics of mean ranks over so many scenarios. */
  static Ranking ofRanks(int scenarios, double... ranks) {
    int k = ranks.length;
    double squares = Arrays.stream(ranks).map(rank -> rank * rank).sum();
    double chiSquare =
        12.0 * scenarios / (k * (k + 1.0)) * (squares - k * (k + 1.0) * (k + 1.0) / 4);
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

package io.perennial.runner.result;

import java.util.EnumSet;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Where a mean lies, by Student's t: in 95 % of repetitions such an interval holds it, if the
 * values are about normally distributed.
 *
 * @param low NaN if there is no interval
 * @param high NaN if there is no interval
 */
public record Interval(double low, double high) {
  /** There is none. */
  public static final Interval NONE = new Interval(Double.NaN, Double.NaN);

  private static final double UPPER = 0.975;

  /** Of the mean of these values, one a repetition; none if there are fewer than two. */
  public static Interval of(double... values) {
    int n = values.length;
    if (n < 2) {
      return NONE;
    }
    DoubleStatistics statistics =
        DoubleStatistics.of(EnumSet.of(Statistic.MEAN, Statistic.STANDARD_DEVIATION), values);
    double mean = statistics.getAsDouble(Statistic.MEAN);
    double error = statistics.getAsDouble(Statistic.STANDARD_DEVIATION) / Math.sqrt(n);
    double half = TDistribution.of(n - 1).inverseCumulativeProbability(UPPER) * error;
    return new Interval(mean - half, mean + half);
  }

  /** Whether there is one. */
  public boolean present() {
    return !Double.isNaN(low);
  }
}

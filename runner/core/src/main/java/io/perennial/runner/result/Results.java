package io.perennial.runner.result;

import io.perennial.api.Metric;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;

/**
 * The runs of one configuration over its seeds. Statistics are over the complete runs; the others
 * stay visible in {@code runs} and {@code failed}.
 *
 * @param runs one a seed, in configured order
 * @param failed why a seed has no run: by the seeds whose run could not even begin
 * @param mean of each metric; missing, with a reason, if a complete run has no value
 * @param standardError of each mean: the sample standard deviation (n - 1) over √n
 * @param interval95 of each mean, by Student's t with n - 1 degrees of freedom
 */
public record Results(
    List<RunResult> runs,
    Map<Long, String> failed,
    Map<String, Metric.Value> mean,
    Map<String, Metric.Value> standardError,
    Map<String, Interval> interval95) {
  private static final Metric.Value ABSENT = Metric.Value.missing("absent");

  /** Computes the statistics. */
  public static Results of(List<RunResult> runs) {
    return of(runs, Map.of());
  }

  /** Computes the statistics where some seeds have no run, for the reasons given. */
  public static Results of(List<RunResult> runs, Map<Long, String> failed) {
    List<RunResult> complete =
        runs.stream().filter(run -> run.status() == RunResult.Status.COMPLETE).toList();
    Map<String, Metric.Value> mean = new LinkedHashMap<>();
    Map<String, Metric.Value> standardError = new LinkedHashMap<>();
    Map<String, Interval> interval95 = new LinkedHashMap<>();
    for (RunResult run : runs) {
      for (String name : run.metrics().keySet()) {
        if (!mean.containsKey(name)) {
          Metric.Value center = mean(complete, name);
          Metric.Value error = standardError(complete, name, center);
          mean.put(name, center);
          standardError.put(name, error);
          interval95.put(
              name, error.present() ? Interval.of(values(complete, name)) : Interval.NONE);
        }
      }
    }
    Map<Long, String> kept = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
    return new Results(List.copyOf(runs), kept, mean, standardError, interval95);
  }

  /** Running while any run is, then failed if any failed. */
  public RunResult.Status status() {
    for (RunResult.Status status : List.of(RunResult.Status.RUNNING, RunResult.Status.FAILED)) {
      if (runs.stream().anyMatch(run -> run.status() == status)) {
        return status;
      }
    }
    return failed.isEmpty() ? RunResult.Status.COMPLETE : RunResult.Status.FAILED;
  }

  /**
   * The mean of a metric over the complete runs; NaN if it has none.
   *
   * @throws IllegalArgumentException if there is no metric of that name
   */
  public double mean(String metric) {
    Metric.Value value = mean.get(metric);
    if (value == null) {
      throw new IllegalArgumentException(
          "There is no metric '" + metric + "'; there are " + mean.keySet());
    }
    return value.number();
  }

  private static Metric.Value mean(List<RunResult> complete, String metric) {
    if (complete.isEmpty()) {
      return Metric.Value.missing("no run is complete");
    }
    for (RunResult run : complete) {
      Metric.Value value = run.metrics().get(metric);
      if (value == null || !value.present()) {
        return Metric.Value.missing(
            "seed %d has none%s".formatted(run.seed(), value == null ? "" : ": " + value.reason()));
      }
    }
    return Metric.Value.of(statistic(complete, metric, Statistic.MEAN));
  }

  private static Metric.Value standardError(
      List<RunResult> complete, String metric, Metric.Value mean) {
    int n = complete.size();
    if (!mean.present()) {
      return mean;
    }
    if (n < 2) {
      return Metric.Value.missing("it takes at least two complete runs");
    }
    return Metric.Value.of(
        statistic(complete, metric, Statistic.STANDARD_DEVIATION) / Math.sqrt(n));
  }

  private static double statistic(List<RunResult> complete, String metric, Statistic statistic) {
    return DoubleStatistics.of(EnumSet.of(statistic), values(complete, metric))
        .getAsDouble(statistic);
  }

  private static double[] values(List<RunResult> complete, String metric) {
    return complete.stream()
        .mapToDouble(run -> run.metrics().getOrDefault(metric, ABSENT).number())
        .toArray();
  }
}

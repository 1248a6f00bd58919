package io.perennial.runner.result;

import io.perennial.api.Metric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs of one configuration over its seeds. Statistics are over the complete runs; the others
 * stay visible in {@code runs}.
 *
 * @param runs one a seed, in configured order
 * @param mean of each metric; missing, with a reason, if a complete run has no value
 * @param standardError of each mean: the sample standard deviation (n - 1) over √n
 */
public record Results(
    List<RunResult> runs, Map<String, Metric.Value> mean, Map<String, Metric.Value> standardError) {

  /** Computes the statistics. */
  public static Results of(List<RunResult> runs) {
    List<RunResult> complete =
        runs.stream().filter(run -> run.status() == RunResult.Status.COMPLETE).toList();
    Map<String, Metric.Value> mean = new LinkedHashMap<>();
    Map<String, Metric.Value> standardError = new LinkedHashMap<>();
    for (RunResult run : runs) {
      for (String name : run.metrics().keySet()) {
        mean.computeIfAbsent(name, n -> mean(complete, n));
        standardError.computeIfAbsent(name, n -> standardError(complete, n));
      }
    }
    return new Results(List.copyOf(runs), mean, standardError);
  }

  /** Running while any run is, then failed if any failed. */
  public RunResult.Status status() {
    for (RunResult.Status status : List.of(RunResult.Status.RUNNING, RunResult.Status.FAILED)) {
      if (runs.stream().anyMatch(run -> run.status() == status)) {
        return status;
      }
    }
    return RunResult.Status.COMPLETE;
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
    double sum = 0;
    for (RunResult run : complete) {
      Metric.Value value = run.metrics().get(metric);
      if (value == null || !value.present()) {
        return Metric.Value.missing(
            "seed %d has none%s".formatted(run.seed(), value == null ? "" : ": " + value.reason()));
      }
      sum += value.number();
    }
    return Metric.Value.of(sum / complete.size());
  }

  private static Metric.Value standardError(List<RunResult> complete, String metric) {
    Metric.Value mean = mean(complete, metric);
    int n = complete.size();
    if (!mean.present()) {
      return mean;
    }
    if (n < 2) {
      return Metric.Value.missing("it takes at least two complete runs");
    }
    double squares = 0;
    for (RunResult run : complete) {
      Metric.Value value = run.metrics().getOrDefault(metric, mean);
      squares += Math.pow(value.number() - mean.number(), 2);
    }
    return Metric.Value.of(Math.sqrt(squares / (n - 1) / n));
  }
}

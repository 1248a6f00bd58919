package io.perennial.runner.compare;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Metric;
import io.perennial.api.Setting;
import io.perennial.runner.measure.Intransigence;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The complete runs of one results' directory.
 *
 * @param label unique within the comparison
 * @param strategies their types, in configured order
 * @param setting what was known at test time
 * @param tasks their names, in the first run's order
 * @param settings its configuration by path; empty if it is not known
 * @param runs by what makes two runs comparable: the seed and the stream of tasks
 */
record Contestant(
    String label,
    List<String> strategies,
    Setting setting,
    List<String> tasks,
    Map<String, String> settings,
    Map<String, RunResult> runs) {

  /** With its complete runs. */
  static Contestant of(String label, Map<String, String> settings, List<RunResult> complete) {
    Map<String, RunResult> runs = new LinkedHashMap<>();
    for (RunResult run : complete) {
      runs.put(key(run), run);
    }
    RunResult first = complete.get(0);
    return new Contestant(
        label, first.strategies(), first.setting(), first.accuracy().tasks(), settings, runs);
  }

  private static String key(RunResult run) {
    return run.seed() + " on " + RunResult.stream(run.conventions());
  }

  /** Whether a run of the other saw the same tasks, with the same seed, in the same setting. */
  boolean shares(Contestant other) {
    return setting == other.setting
        && runs.keySet().stream().anyMatch(other.runs.keySet()::contains);
  }

  /** What is commonly compared with: training on all data so far. */
  boolean isJoint() {
    return strategies.equals(List.of("joint"));
  }

  /** A metric of one run; NaN if it has none. */
  double value(String key, String metric) {
    RunResult run = runs.get(key);
    Metric.Value value = run == null ? null : run.metrics().get(metric);
    return value == null ? Double.NaN : value.number();
  }

  /** The runs in which a metric has a value. */
  List<String> keys(String metric) {
    return runs.keySet().stream().filter(key -> !Double.isNaN(value(key, metric))).toList();
  }

  /** The metric in these runs. */
  double[] values(List<String> keys, String metric) {
    return keys.stream().mapToDouble(key -> value(key, metric)).toArray();
  }

  /** Its mean over the runs that have it; NaN if none has. */
  double mean(ToDoubleFunction<RunResult> what) {
    return runs.values().stream()
        .mapToDouble(what)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  double seconds(ToDoubleFunction<Seconds> part) {
    return mean(run -> part.applyAsDouble(run.seconds()));
  }

  /** The same with the intransigence against a joint run of the same streams and seeds. */
  Contestant against(Contestant joint) {
    Map<String, RunResult> more = new LinkedHashMap<>();
    runs.forEach(
        (key, run) -> {
          Optional<AccuracyMatrix> reference =
              Optional.ofNullable(joint.runs.get(key)).map(RunResult::accuracy);
          Metric.Value value =
              reference.isPresent()
                  ? Intransigence.of(run.accuracy(), reference.get())
                  : Metric.Value.missing("no joint run with the same seed");
          more.put(key, run.withMetric("intransigence", value, Intransigence.FORMULA));
        });
    return new Contestant(label, strategies, setting, tasks, settings, more);
  }

  List<String> metrics() {
    return new ArrayList<>(
        runs.values().stream().flatMap(run -> run.metrics().keySet().stream()).distinct().toList());
  }
}

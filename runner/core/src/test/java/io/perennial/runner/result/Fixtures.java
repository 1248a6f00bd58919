package io.perennial.runner.result;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.Finding;
import io.perennial.api.Metric;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A result of two tasks, one cell of which is missing. */
final class Fixtures {
  private Fixtures() {}

  static RunResult complete(long seed, double averageAccuracy) {
    return run(seed, RunResult.Status.COMPLETE, averageAccuracy, "");
  }

  static RunResult run(long seed, RunResult.Status status, double averageAccuracy, String failure) {
    AccuracyMatrix accuracy = new AccuracyMatrix(List.of("0/1", "2, \"3\""));
    accuracy.set(0, 0, 0.98);
    accuracy.set(1, 0, 0.95);
    accuracy.set(1, 1, 0.97);
    accuracy.setUntrained(0, 0.1);
    Map<String, Metric.Value> metrics = new LinkedHashMap<>();
    metrics.put("averageAccuracy", Metric.Value.of(averageAccuracy));
    metrics.put("forwardTransfer", Metric.Value.missing("R[0][1] was not measured"));
    Map<String, String> formulas = new LinkedHashMap<>();
    formulas.put("averageAccuracy", "ACC");
    formulas.put("forwardTransfer", "FWT");
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("java", "17");
    environment.put("threads", 2L);
    return new RunResult(
        "two tasks <script>",
        status,
        seed,
        Pipeline.KNOWLEDGE_RETENTION,
        Setting.TASK_INCREMENTAL,
        accuracy,
        curve(),
        List.of("ewc"),
        metrics,
        formulas,
        List.of(100L, 120L),
        "ab01",
        new Seconds(0.5, 1, 0.25, 0.125, 1.5),
        environment,
        Map.of("ewc.fisher", "empirical"),
        List.of(Finding.warning("ewc", "it forgets.", "Do not.")),
        failure,
        Map.of());
  }

  private static AccuracyCurve curve() {
    AccuracyCurve curve = new AccuracyCurve(2, 50);
    curve.set(0, 0, 0.1);
    curve.set(50, 0, 0.97);
    curve.set(80, 0, 0.98);
    curve.endTask(80);
    curve.set(130, 0, 0.5);
    curve.set(130, 1, 0.9);
    curve.endTask(170);
    return curve;
  }

  static Metric.Value value(Map<String, Metric.Value> values, String metric) {
    return Objects.requireNonNull(values.get(metric), metric);
  }

  static RunResult with(RunResult run, Map<String, List<Artefact>> artefacts) {
    return new RunResult(
        run.name(),
        run.status(),
        run.seed(),
        run.pipeline(),
        run.setting(),
        run.accuracy(),
        run.curve(),
        run.strategies(),
        run.metrics(),
        run.formulas(),
        run.parameters(),
        run.parametersSha256(),
        run.seconds(),
        run.environment(),
        run.conventions(),
        run.warnings(),
        run.failure(),
        artefacts);
  }
}

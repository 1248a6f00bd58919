package io.perennial.runner.report;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.Finding;
import io.perennial.api.Metric;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Result directories of runs that nobody made, but that look like those that are made. */
record Runs(String name, List<String> strategies, List<String> tasks, double kept) {

  /** Fine-tuning and its like: what is left of a task shrinks by {@code kept} with each new one. */
  static Runs of(String strategy, int tasks, double kept) {
    return new Runs(
        strategy + " on " + tasks,
        List.of(strategy),
        IntStream.range(0, tasks).mapToObj(t -> "task " + t).toList(),
        kept);
  }

  RunResult run(long seed) {
    return run(seed, RunResult.Status.COMPLETE, tasks.size(), Map.of());
  }

  RunResult run(
      long seed, RunResult.Status status, int learned, Map<String, List<Artefact>> artefacts) {
    AccuracyMatrix accuracy = new AccuracyMatrix(tasks);
    int size = tasks.size();
    double sum = 0;
    double lost = 0;
    for (int j = 0; j < size; j++) {
      accuracy.setUntrained(j, 0.1 + 0.01 * seed);
      for (int i = 0; i < learned; i++) {
        accuracy.set(i, j, i < j ? 0.1 : 0.95 * Math.pow(kept, i - j) + 0.001 * seed);
      }
      sum += accuracy.at(Math.max(learned - 1, 0), j);
      lost += j < size - 1 ? 0.95 - 0.95 * Math.pow(kept, size - 1 - j) : 0;
    }
    Map<String, Metric.Value> metrics = new LinkedHashMap<>();
    boolean all = learned == size;
    Metric.Value missing = Metric.Value.missing("R[" + learned + "] was not measured");
    metrics.put("averageAccuracy", all ? Metric.Value.of(sum / size) : missing);
    metrics.put("forgetting", all ? Metric.Value.of(lost / Math.max(1, size - 1)) : missing);
    metrics.put("forwardTransfer", Metric.Value.missing("nobody measured it"));
    Map<String, String> formulas = new LinkedHashMap<>();
    formulas.put("averageAccuracy", "1/T * sum_j R[T][j]");
    formulas.put("forgetting", "mean over j < T of max_i R[i][j] - R[T][j]");
    formulas.put("forwardTransfer", "1/(T-1) * sum_{j>1} (R[j-1][j] - R0[j])");
    List<Long> parameters = new ArrayList<>();
    for (int i = 0; i < learned; i++) {
      parameters.add(Math.round(10_000 + 5_000 * kept * i));
    }
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("java", "17");
    environment.put("threads", 2L);
    return new RunResult(
        name,
        status,
        seed,
        Pipeline.KNOWLEDGE_RETENTION,
        Setting.CLASS_INCREMENTAL,
        accuracy,
        new AccuracyCurve(size, 0),
        strategies,
        metrics,
        formulas,
        parameters,
        "ab01",
        new Seconds(0.5, 10 + seed, 2.5, 1.25, 9),
        environment,
        Map.of("ewc.fisher", "empirical"),
        List.of(Finding.warning("ewc", "it forgets here.", "That is known.")),
        status == RunResult.Status.FAILED ? "the loss is NaN" : "",
        artefacts);
  }

  /** Writes one run. */
  Path write(Path directory) {
    return write(directory, run(1));
  }

  Path write(Path directory, RunResult run) {
    ResultsWriter writer = new ResultsWriter(directory);
    writer.writeConfiguration("name: '" + name.replace("'", "''") + "'\nseed: 1\n");
    writer.write(run);
    return directory;
  }

  /** Writes runs of several seeds. */
  Path write(Path directory, long... seeds) {
    ResultsWriter writer = new ResultsWriter(directory);
    writer.writeConfiguration("name: x\nkept: " + kept + "\n");
    List<RunResult> runs = new ArrayList<>();
    for (long seed : seeds) {
      runs.add(run(seed));
      new ResultsWriter(directory.resolve(ResultsWriter.seedDirectory(seed))).write(run(seed));
    }
    writer.writeSummary(name, Results.of(runs), seeds.length);
    return directory;
  }
}

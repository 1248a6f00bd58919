package io.perennial.runner.result;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Metric;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what {@link ResultsWriter} wrote, to compare runs or go on with one. The artefacts stay on
 * the disk.
 */
public final class ResultsReader {
  /**
   * Reads the directory of one run.
   *
   * @throws InputException if there is no such file, or something in it is missing or malformed
   */
  public RunResult read(Path directory) {
    JsonFile json = JsonFile.read(directory.resolve(ResultsWriter.RESULTS));
    if (json.has("orders")) {
      throw json.wrong("orders", "these are the results of several orders; give one's directory");
    }
    if (json.has("runs")) {
      throw json.wrong("runs", "these are the results of several seeds; give one seed's directory");
    }
    Map<String, Metric.Value> metrics = new LinkedHashMap<>();
    Map<String, String> reasons = json.texts("missingMetrics");
    json.numbers("metrics")
        .forEach(
            (name, number) ->
                metrics.put(
                    name,
                    Double.isNaN(number)
                        ? Metric.Value.missing(reasons.getOrDefault(name, "not recorded"))
                        : Metric.Value.of(number)));
    return new RunResult(
        json.text("name"),
        json.constant("status", RunResult.Status.values()),
        json.integer("seed"),
        json.constant("pipeline", Pipeline.values()),
        json.constant("setting", Setting.values()),
        accuracy(json),
        json.textList("strategies"),
        metrics,
        json.texts("formulas"),
        json.integerList("parameters"),
        json.has("parametersSha256") ? json.text("parametersSha256") : "",
        seconds(json.numbers("seconds"), json),
        json.scalars("environment"),
        json.texts("conventions"),
        warnings(json),
        json.has("failure") ? json.text("failure") : "",
        Map.of());
  }

  /**
   * Reads the directory of one run or of several seeds or orders, and computes the statistics anew.
   *
   * @throws InputException as {@link #read}
   */
  public Results readAll(Path directory) {
    JsonFile json = JsonFile.read(directory.resolve(ResultsWriter.RESULTS));
    if (json.has("orders")) {
      return Results.of(
          json.children("orders").stream()
              .map(line -> readAll(directory.resolve(line.text("directory"))))
              .flatMap(results -> results.runs().stream())
              .toList());
    }
    if (!json.has("runs")) {
      return Results.of(List.of(read(directory)));
    }
    return Results.of(
        json.children("runs").stream()
            .map(line -> read(directory.resolve(ResultsWriter.seedDirectory(line.integer("seed")))))
            .toList());
  }

  private static AccuracyMatrix accuracy(JsonFile json) {
    List<String> tasks = json.textList("tasks");
    AccuracyMatrix accuracy = new AccuracyMatrix(tasks);
    double[][] rows = json.matrix("accuracyMatrix", tasks.size());
    double[] untrained = json.row("untrainedAccuracy", tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      accuracy.setUntrained(i, untrained[i]);
      for (int j = 0; j < tasks.size(); j++) {
        accuracy.set(i, j, rows[i][j]);
      }
    }
    return accuracy;
  }

  private static Seconds seconds(Map<String, Double> values, JsonFile json) {
    for (String part : List.of("load", "train", "consolidate", "evaluate")) {
      if (!values.containsKey(part)) {
        throw json.wrong("seconds." + part, "it is missing");
      }
    }
    return new Seconds(
        values.getOrDefault("load", 0.0),
        values.getOrDefault("train", 0.0),
        values.getOrDefault("consolidate", 0.0),
        values.getOrDefault("evaluate", 0.0));
  }

  private static List<Finding> warnings(JsonFile json) {
    List<Finding> warnings = new ArrayList<>();
    for (JsonFile warning : json.children("warnings")) {
      warnings.add(
          new Finding(
              warning.constant("severity", Finding.Severity.values()),
              warning.text("subject"),
              warning.text("reason"),
              warning.text("remedy")));
    }
    return warnings;
  }
}

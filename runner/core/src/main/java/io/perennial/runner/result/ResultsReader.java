package io.perennial.runner.result;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Metric;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import java.nio.file.Files;
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
        curve(json),
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
      List<RunResult> runs = new ArrayList<>();
      int number = 1;
      for (JsonFile line : json.children("orders")) {
        String name = ResultsWriter.orderDirectory(number++);
        if (!line.text("directory").equals(name)) {
          throw line.wrong("directory", "it must be " + name);
        }
        runs.addAll(readAll(part(directory, name)).runs());
      }
      return Results.of(runs);
    }
    if (!json.has("runs")) {
      return Results.of(List.of(read(directory)));
    }
    List<RunResult> runs = new ArrayList<>();
    Map<Long, String> failed = new LinkedHashMap<>();
    for (JsonFile line : json.children("runs")) {
      long seed = line.integer("seed");
      if (line.has("directory")) {
        runs.add(read(part(directory, ResultsWriter.seedDirectory(seed))));
      } else {
        failed.put(seed, line.text("failure"));
      }
    }
    return Results.of(runs, failed);
  }

  /** A directory within a directory; a link would lead to files that nobody named. */
  private static Path part(Path directory, String name) {
    Path part = directory.resolve(name);
    for (Path file : List.of(part, part.resolve(ResultsWriter.RESULTS))) {
      if (Files.isSymbolicLink(file)) {
        throw new InputException(
            file + " is a symbolic link, which is not followed. Give its target.");
      }
    }
    return part;
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

  /** Results of an earlier version have none. */
  private static AccuracyCurve curve(JsonFile json) {
    int tasks = json.textList("tasks").size();
    if (!json.has("curves")) {
      return new AccuracyCurve(tasks, 0);
    }
    JsonFile curves = json.child("curves");
    List<Long> steps = curves.integerList("steps");
    double[][] rows = curves.rows("accuracy", steps.size(), "steps", tasks);
    AccuracyCurve curve = new AccuracyCurve(tasks, Math.toIntExact(curves.integer("every")));
    for (int point = 0; point < rows.length; point++) {
      if (point > 0 && steps.get(point) <= steps.get(point - 1)) {
        throw curves.wrong("steps", "they must ascend");
      }
      for (int task = 0; task < tasks; task++) {
        if (!Double.isNaN(rows[point][task])) {
          curve.set(steps.get(point), task, rows[point][task]);
        }
      }
    }
    curves.integerList("taskSteps").forEach(curve::endTask);
    return curve;
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
        values.getOrDefault("evaluate", 0.0),
        values.getOrDefault("cpu", Double.NaN));
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

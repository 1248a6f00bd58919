package io.perennial.runner.result;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Finding;
import io.perennial.api.Metric;
import java.util.ArrayList;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The structure of {@code results.json}, as maps and lists; {@link ResultsReader} knows it too. */
final class ResultsJson {
  /** What makes an order good. */
  private static final String ORDERED_BY = "averageAccuracy";

  private ResultsJson() {}

  static Map<String, @Nullable Object> of(RunResult run) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", run.name());
    json.put("status", word(run.status()));
    json.put("seed", run.seed());
    json.put("pipeline", word(run.pipeline()));
    json.put("setting", word(run.setting()));
    json.put("tasks", run.accuracy().tasks());
    json.put("strategies", run.strategies());
    json.put("accuracyMatrix", matrix(run.accuracy()));
    json.put("untrainedAccuracy", untrained(run.accuracy()));
    json.put("curves", curves(run.curve(), run.accuracy().size()));
    json.put("metrics", numbers(run.metrics()));
    json.put("missingMetrics", reasons(run.metrics()));
    json.put("formulas", run.formulas());
    json.put("parameters", run.parameters());
    json.put("parametersSha256", run.parametersSha256().isEmpty() ? null : run.parametersSha256());
    json.put("seconds", seconds(run.seconds()));
    json.put("environment", finite(run.environment()));
    json.put("conventions", run.conventions());
    json.put("warnings", run.warnings().stream().map(ResultsJson::finding).toList());
    if (!run.failure().isEmpty()) {
      json.put("failure", run.failure());
    }
    return json;
  }

  static Map<String, @Nullable Object> summary(String name, Results results, int planned) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    List<RunResult> runs = results.runs();
    json.put("name", name);
    int ended = runs.size() + results.failed().size();
    json.put("status", word(ended < planned ? RunResult.Status.RUNNING : results.status()));
    json.put("seeds", runs.stream().map(RunResult::seed).toList());
    if (!runs.isEmpty()) {
      RunResult first = runs.get(0);
      json.put("pipeline", word(first.pipeline()));
      json.put("setting", word(first.setting()));
      json.put("tasks", first.accuracy().tasks());
      json.put("strategies", first.strategies());
    }
    json.put("mean", numbers(results.mean()));
    json.put("standardError", numbers(results.standardError()));
    json.put("interval95", intervals(results.interval95()));
    Map<String, String> reasons = reasons(results.standardError());
    reasons.putAll(reasons(results.mean()));
    json.put("missingMetrics", reasons);
    List<Object> lines = new ArrayList<>(runs.stream().map(ResultsJson::line).toList());
    results.failed().forEach((seed, reason) -> lines.add(failed(seed, reason)));
    json.put("runs", lines);
    return json;
  }

  static Map<String, @Nullable Object> orders(String name, List<Results> orders, int planned) {
    List<Object> lines = new ArrayList<>();
    DoubleSummaryStatistics accuracy = new DoubleSummaryStatistics();
    RunResult.Status status = RunResult.Status.COMPLETE;
    for (Results results : orders) {
      double value = results.mean(ORDERED_BY);
      if (Double.isFinite(value)) {
        accuracy.accept(value);
      }
      status = results.status() == RunResult.Status.COMPLETE ? status : results.status();
      Map<String, @Nullable Object> line = new LinkedHashMap<>();
      line.put("directory", ResultsWriter.orderDirectory(lines.size() + 1));
      line.put("status", word(results.status()));
      line.put("tasks", results.runs().get(0).accuracy().tasks());
      line.put("mean", numbers(results.mean()));
      lines.add(line);
    }
    Map<String, @Nullable Object> sensitivity = new LinkedHashMap<>();
    sensitivity.put("metric", ORDERED_BY);
    boolean any = accuracy.getCount() > 0;
    sensitivity.put("mean", any ? accuracy.getAverage() : null);
    sensitivity.put("best", any ? accuracy.getMax() : null);
    sensitivity.put("worst", any ? accuracy.getMin() : null);
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("status", word(orders.size() < planned ? RunResult.Status.RUNNING : status));
    json.put("orderSensitivity", sensitivity);
    json.put("orders", lines);
    return json;
  }

  /** Enum constants as the configuration writes them. */
  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Map<String, @Nullable Object> line(RunResult run) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("directory", ResultsWriter.seedDirectory(run.seed()));
    json.put("seed", run.seed());
    json.put("status", word(run.status()));
    json.put("metrics", numbers(run.metrics()));
    if (!run.failure().isEmpty()) {
      json.put("failure", run.failure());
    }
    return json;
  }

  private static Map<String, @Nullable Object> failed(long seed, String reason) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("directory", null);
    json.put("seed", seed);
    json.put("status", word(RunResult.Status.FAILED));
    json.put("failure", reason);
    return json;
  }

  private static Map<String, @Nullable Object> curves(AccuracyCurve curve, int tasks) {
    List<Long> steps = new ArrayList<>();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int point = 0; point < curve.size(); point++) {
      steps.add(curve.step(point));
      List<@Nullable Object> row = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        row.add(finite(curve.at(point, task)));
      }
      rows.add(row);
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("every", curve.every());
    json.put("taskSteps", curve.taskSteps());
    json.put("steps", steps);
    json.put("accuracy", rows);
    return json;
  }

  private static Map<String, @Nullable Object> intervals(Map<String, Interval> intervals) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    intervals.forEach(
        (name, interval) ->
            json.put(name, interval.present() ? List.of(interval.low(), interval.high()) : null));
    return json;
  }

  private static List<List<@Nullable Object>> matrix(AccuracyMatrix accuracy) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < accuracy.size(); i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (int j = 0; j < accuracy.size(); j++) {
        row.add(finite(accuracy.at(i, j)));
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<@Nullable Object> untrained(AccuracyMatrix accuracy) {
    List<@Nullable Object> row = new ArrayList<>();
    for (int j = 0; j < accuracy.size(); j++) {
      row.add(finite(accuracy.untrained(j)));
    }
    return row;
  }

  private static Map<String, @Nullable Object> numbers(Map<String, Metric.Value> values) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    values.forEach((name, value) -> json.put(name, finite(value.number())));
    return json;
  }

  private static Map<String, String> reasons(Map<String, Metric.Value> values) {
    Map<String, String> json = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (!value.present()) {
            json.put(name, value.reason());
          }
        });
    return json;
  }

  private static Map<String, @Nullable Object> seconds(Seconds seconds) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("load", seconds.load());
    json.put("train", seconds.train());
    json.put("consolidate", seconds.consolidate());
    json.put("evaluate", seconds.evaluate());
    json.put("total", seconds.total());
    json.put("cpu", finite(seconds.cpu()));
    return json;
  }

  private static Map<String, String> finding(Finding finding) {
    Map<String, String> json = new LinkedHashMap<>();
    json.put("severity", word(finding.severity()));
    json.put("subject", finding.subject());
    json.put("reason", finding.reason());
    json.put("remedy", finding.remedy());
    return json;
  }

  /** JSON has no NaN and no infinity. */
  private static @Nullable Object finite(@Nullable Object value) {
    if (value instanceof Double number && !Double.isFinite(number)) {
      return null;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> json = new LinkedHashMap<>();
      map.forEach((key, element) -> json.put(key, finite(element)));
      return json;
    }
    if (value instanceof Collection<?> list) {
      List<@Nullable Object> json = new ArrayList<>();
      list.forEach(element -> json.add(finite(element)));
      return json;
    }
    return value;
  }
}

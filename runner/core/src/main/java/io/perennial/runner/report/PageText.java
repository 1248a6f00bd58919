package io.perennial.runner.report;

import io.perennial.api.Metric;
import io.perennial.runner.result.Interval;
import io.perennial.runner.result.RunResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;

/** What the template writes: the texts and small tables. All values are texts or truth values. */
final class PageText {
  private static final double LEAST_COUNT = 1000;

  private static final int MOST_NAMES = 30;

  private final List<Entry> entries;
  private final ReportData data;

  PageText(List<Entry> entries, ReportData data) {
    this.entries = entries;
    this.data = data;
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("title", title());
    map.put("entryCount", entries.size());
    map.put("groups", data.groups().stream().map(this::group).toList());
    map.put("runs", entries.stream().flatMap(entry -> runs(entry).stream()).toList());
    map.put("warnings", warnings());
    map.put("settings", new SettingsTable(entries).rows());
    map.put("labels", entries.stream().map(data::label).toList());
    map.put(
        "configurations",
        entries.stream()
            .filter(entry -> !entry.configuration().isEmpty())
            .map(entry -> Map.of("label", data.label(entry), "yaml", entry.configuration()))
            .toList());
    map.put("formulas", formulas());
    map.put("conventions", sideBySide(RunResult::conventions));
    map.put("environment", sideBySide(RunResult::environment));
    return map;
  }

  private String title() {
    if (entries.isEmpty()) {
      return "A run that has just begun";
    }
    List<String> names = entries.stream().map(entry -> entry.first().name()).distinct().toList();
    return names.size() == 1 ? names.get(0) : "Comparison of %d runs".formatted(entries.size());
  }

  private Map<String, Object> group(List<Entry> group) {
    List<String> metrics = ReportData.metrics(group);
    List<Object> rows = new ArrayList<>();
    for (Entry entry : group) {
      List<RunResult> runs = entry.results().runs();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("label", data.label(entry));
      row.put("status", status(entry));
      row.put("values", metrics.stream().map(name -> value(entry, name)).toList());
      row.put("parameters", last(runs));
      row.put(
          "seconds",
          number(runs.stream().mapToDouble(r -> r.seconds().total()).average().orElse(0), 1));
      rows.add(row);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("title", ReportData.title(group));
    map.put("tasks", tasks(group.get(0).first().accuracy().tasks()));
    map.put("ordered", ReportData.orders(group) == 1);
    map.put(
        "metrics",
        metrics.stream()
            .map(
                name ->
                    Map.of("title", Labels.words(name), "formula", ReportData.formula(group, name)))
            .toList());
    map.put("rows", rows);
    return map;
  }

  private static String tasks(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
    int more = names.size() - MOST_NAMES;
    return more > 0 ? "%s and %d more".formatted(shown, more) : shown;
  }

  /** The number as people read it, and exactly. */
  private static Map<String, Object> value(Entry entry, String metric) {
    Metric.Value none = Metric.Value.missing("not measured");
    Metric.Value mean = entry.results().mean().getOrDefault(metric, none);
    Metric.Value error = entry.results().standardError().getOrDefault(metric, none);
    Interval interval = entry.results().interval95().getOrDefault(metric, Interval.NONE);
    Map<String, Object> map = new LinkedHashMap<>();
    // Of counts, such as parameters or bytes, fractions say nothing.
    boolean count = mean.number() > 1 && mean.number() == Math.rint(mean.number());
    int decimals = count || Math.abs(mean.number()) >= LEAST_COUNT ? 0 : 4;
    map.put("text", mean.present() ? number(mean.number(), decimals) : "–");
    map.put("exact", mean.present() ? Double.toString(mean.number()) : "");
    map.put("error", mean.present() && error.present() ? number(error.number(), decimals) : "");
    map.put(
        "interval",
        interval.present()
            ? "%s to %s"
                .formatted(number(interval.low(), decimals), number(interval.high(), decimals))
            : "");
    map.put("reason", mean.present() ? "" : mean.reason());
    return map;
  }

  private static String status(Entry entry) {
    List<RunResult> runs = entry.results().runs();
    long complete = runs.stream().filter(run -> run.status() == RunResult.Status.COMPLETE).count();
    String word = word(entry.results().status());
    return runs.size() == 1 ? word : "%s, %d of %d seeds".formatted(word, complete, runs.size());
  }

  private static String last(List<RunResult> runs) {
    for (RunResult run : runs) {
      if (!run.parameters().isEmpty()) {
        return String.format(Locale.ROOT, "%,d", run.parameters().get(run.parameters().size() - 1));
      }
    }
    return "–";
  }

  private List<Map<String, Object>> runs(Entry entry) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (RunResult run : entry.results().runs()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("label", data.label(entry));
      row.put("name", run.name());
      row.put("seed", Long.toString(run.seed()));
      row.put("status", word(run.status()));
      row.put("failure", run.failure());
      row.put("directory", entry.directory().toString());
      rows.add(row);
    }
    return rows;
  }

  /** The warnings of the pre-flight, once each, failures, and what the files lack. */
  private List<Map<String, String>> warnings() {
    List<Map<String, String>> lines = new ArrayList<>();
    if (data.groups().size() > 1) {
      lines.add(
          Map.of(
              "label",
              "all",
              "text",
              "These runs learned different tasks, or in different settings; their numbers are compared only within each of the %d groups below."
                  .formatted(data.groups().size())));
    }
    for (Entry entry : entries) {
      String label = data.label(entry);
      for (RunResult run : entry.results().runs()) {
        if (run.status() == RunResult.Status.FAILED) {
          lines.add(
              Map.of(
                  "label",
                  label,
                  "text",
                  "Seed %d failed: %s".formatted(run.seed(), run.failure())));
        } else if (run.status() == RunResult.Status.RUNNING) {
          lines.add(
              Map.of(
                  "label",
                  label,
                  "text",
                  "Seed %d has not ended: it is still running, or was ended from outside. Its numbers are not final."
                      .formatted(run.seed())));
        }
      }
      entry.notes().forEach(note -> lines.add(Map.of("label", label, "text", note)));
      entry
          .first()
          .warnings()
          .forEach(w -> lines.add(Map.of("label", label, "text", w.toString())));
    }
    return lines;
  }

  private List<Map<String, String>> formulas() {
    return ReportData.metrics(entries).stream()
        .map(
            name ->
                Map.of(
                    "name",
                    name,
                    "title",
                    Labels.words(name),
                    "formula",
                    ReportData.formula(entries, name)))
        .toList();
  }

  /** A row for each key that any entry has, a cell for each entry. */
  private List<Map<String, Object>> sideBySide(Function<RunResult, Map<String, ?>> part) {
    TreeSet<String> keys = new TreeSet<>();
    entries.forEach(entry -> keys.addAll(part.apply(entry.first()).keySet()));
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String key : keys) {
      List<String> cells =
          entries.stream()
              .map(entry -> Objects.toString(part.apply(entry.first()).get(key), ""))
              .toList();
      rows.add(SettingsTable.row(key, cells));
    }
    return rows;
  }

  private static String word(RunResult.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
